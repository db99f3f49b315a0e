// The process ends at any instruction, and what was told to the world is in the ledger.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <random>

#include "ledger/ledger_test.hpp"

namespace tollway::ledger {
namespace {

using namespace std::chrono_literals;

enum class What : std::uint64_t { begun, settled };
struct Told {
  What what;
  std::uint64_t number;
};

// Begins and settles, several at a time, and tells each after it was done, as an upstream's invoice
// and a client's receipt would.
[[noreturn]] void spend_until_killed(const std::string& directory, std::uint64_t from, int pipe) {
  auto ledger =
      Ledger::open({.directory = directory, .segment_bytes = 32 * 1024, .move_every = 1ms});
  if (!ledger) ::_exit(1);
  const auto journal = (*ledger)->make_journal();
  const auto tell = [pipe](What what, std::uint64_t number) {
    const Told told{what, number};
    if (::write(pipe, &told, sizeof told) != sizeof told) ::_exit(1);
  };
  for (std::uint64_t number = from;; ++number) {
    if (!journal->begin(settled_record(number))) ::_exit(1);
    tell(What::begun, number);
    if (number < from + 5) continue;
    journal->settle(settled_record(number - 5));
    tell(What::settled, number - 5);
  }
}

TEST(Kill, P01_a_hundred_times_and_no_attempt_is_lost_or_doubled) {
  const Directory directory;
  std::mt19937 random(20261123);
  std::map<std::uint64_t, What> told;
  std::uint64_t next = 1;
  for (int round = 0; round < 100; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    // A small one, so that the child is not far ahead of what was heard.
    ASSERT_GE(::fcntl(ends[1], F_SETPIPE_SZ, 4096), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      spend_until_killed(directory.path(), next, ends[1]);
    }
    ::close(ends[1]);
    const auto lives = std::uniform_int_distribution<int>(0, 600)(random);
    int heard = 0;
    Told one{};
    while (::read(ends[0], &one, sizeof one) == sizeof one) {
      told[one.number] = std::max(told[one.number], one.what);
      next = std::max(next, one.number + 1);
      if (heard++ == lives) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << round;
    next += 10;  // what was begun and not told any more
  }
  {
    const auto ledger = Ledger::open({.directory = directory.path()});
    ASSERT_TRUE(ledger);
  }

  const auto check = verified(directory.database());
  std::map<std::uint64_t, bool> rows;  // number: was it interrupted
  SQLite::Database database(directory.database(), SQLite::OPEN_READONLY);
  SQLite::Statement row(database, "SELECT at, flags & 64 FROM attempts");
  while (row.executeStep()) {
    const auto number = static_cast<std::uint64_t>(row.getColumn(0).getInt64() - a_moment_ms);
    EXPECT_TRUE(rows.emplace(number, row.getColumn(1).getInt() != 0).second) << number;
  }
  for (const auto& [number, what] : told) {
    const auto found = rows.find(number);
    ASSERT_NE(found, rows.end()) << "lost: " << number;
    if (what == What::settled) ASSERT_FALSE(found->second) << "settled and lost: " << number;
  }
  // What was written and not told any more is one a kill at most.
  EXPECT_LE(rows.size(), told.size() + 100);
  EXPECT_EQ(check.requests, check.attempts);
  RecordProperty("attempts", static_cast<int>(check.attempts));
}

}  // namespace
}  // namespace tollway::ledger
