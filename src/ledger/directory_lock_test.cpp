#include "ledger/directory_lock.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <future>
#include <optional>

#include "ledger/ledger_test.hpp"

namespace tollway::ledger {
namespace {

using namespace std::chrono_literals;

TEST(DirectoryLock, is_had_by_one_and_waited_for_so_long) {
  const Directory directory;
  std::optional<DirectoryLock> first = DirectoryLock::take(directory.path(), 0ms).value();
  const auto refused = DirectoryLock::take(directory.path(), 20ms);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("another tollway uses"), std::string::npos);
  auto second =
      std::async(std::launch::async, [&] { return DirectoryLock::take(directory.path(), 60s); });
  EXPECT_EQ(second.wait_for(20ms), std::future_status::timeout);
  first.reset();
  EXPECT_TRUE(second.get());
}

TEST(DirectoryLock, of_a_process_that_ended_is_there_to_take) {
  const Directory directory;
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = DirectoryLock::take(directory.path(), 0ms);
    const bool told = held && ::write(pipe[1], "x", 1) == 1;
    while (told) ::pause();
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(pipe[0], &byte, 1), 1);
  auto waiting =
      std::async(std::launch::async, [&] { return DirectoryLock::take(directory.path(), 60s); });
  EXPECT_EQ(waiting.wait_for(20ms), std::future_status::timeout);
  ::kill(child, SIGKILL);
  EXPECT_TRUE(waiting.get());
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(DirectoryLock, of_no_directory_says_why) {
  const auto refused = DirectoryLock::take("/nowhere/at/all", 0ms);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("cannot open"), std::string::npos);
}

}  // namespace
}  // namespace tollway::ledger
