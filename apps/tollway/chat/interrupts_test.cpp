#include "chat/interrupts.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>

#include "exit_codes.hpp"

namespace tollway::chat {
namespace {

// Until the token is stopped.
void wait_for_stop(std::stop_token token) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, std::move(token), [] { return false; });
}

[[noreturn]] void interrupt_twice() {
  Interrupts interrupts(Interrupts::Idle::wait);
  const Interrupts::Answer answer(interrupts);
  ::kill(::getpid(), SIGINT);
  wait_for_stop(answer.token());
  ::kill(::getpid(), SIGINT);
  for (;;) ::pause();
}

TEST(Interrupts, the_first_stops_the_answer_and_the_second_ends_the_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(interrupt_twice(), testing::ExitedWithCode(exit_interrupted), "");
}

[[noreturn]] void interrupt_without_answer() {
  const Interrupts interrupts(Interrupts::Idle::leave);
  ::kill(::getpid(), SIGINT);
  for (;;) ::pause();
}

TEST(Interrupts, without_an_answer_to_stop_one_is_enough) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(interrupt_without_answer(), testing::ExitedWithCode(exit_interrupted), "");
}

TEST(Interrupts, between_answers_they_wait_to_be_taken) {
  Interrupts interrupts(Interrupts::Idle::wait);
  EXPECT_FALSE(interrupts.take());
  ::kill(::getpid(), SIGINT);
  pollfd waited{interrupts.descriptor(), POLLIN, 0};
  EXPECT_EQ(::poll(&waited, 1, 15000), 1);
  EXPECT_TRUE(interrupts.take());
  EXPECT_FALSE(interrupts.take());
  const Interrupts::Answer answer(interrupts);
  EXPECT_FALSE(answer.interrupted());
}

}  // namespace
}  // namespace tollway::chat
