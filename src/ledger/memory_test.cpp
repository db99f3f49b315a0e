// P09: the n-th allocation fails, whichever n, and the ledger is intact.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "ledger/ledger_test.hpp"

namespace {

// How many allocations go well before one fails; below zero, all do. Of the thread that sets it.
thread_local int good_allocations = -1;

bool fails_now() {
  return good_allocations >= 0 && good_allocations-- == 0;
}

#if !__has_feature(thread_sanitizer)
void* allocate(std::size_t size) {
  if (fails_now()) throw std::bad_alloc();
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
#endif

}  // namespace

#if __has_feature(thread_sanitizer)
constexpr bool all_may_fail = false;
#else
constexpr bool all_may_fail = true;
void* operator new(std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
#endif

namespace tollway::ledger {
namespace {

// In place of SQLite's own allocator, before its first use.
class SqliteMemory {
 public:
  SqliteMemory() {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &own());
    sqlite3_mem_methods methods = own();
    methods.xMalloc = [](int size) { return fails_now() ? nullptr : own().xMalloc(size); };
    methods.xRealloc = [](void* memory, int size) {
      return fails_now() ? nullptr : own().xRealloc(memory, size);
    };
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
  }
  static sqlite3_mem_methods& own() {
    static sqlite3_mem_methods methods{};
    return methods;
  }
};
const SqliteMemory sqlite_memory;

TEST(Memory, P09_every_allocation_of_an_append_may_fail_and_the_ledger_is_intact) {
  if (!all_may_fail) GTEST_SKIP() << "lacks an operator new of its own: the sanitizer has one";
  const Directory directory;
  auto store = Store::open({.path = directory.database()});
  ASSERT_TRUE(store);
  std::int64_t rows = 0;
  int failures = 0;
  for (int good = 0;; ++good) {
    std::vector<AttemptRecord> batch;
    for (std::uint64_t i = 0; i < 3; ++i) {
      batch.push_back(settled_record(static_cast<std::uint64_t>(good) * 3 + i));
    }
    const std::string model = "author/model-" + std::to_string(good);
    for (auto& record : batch) record.model = model;
    good_allocations = good;
    const auto appended = (*store)->append({.settled = batch, .open = {}});
    const bool none_failed = std::exchange(good_allocations, -1) >= 0;
    if (!appended) {
      ++failures;
      EXPECT_EQ(appended.error().retry, Retry::same) << good << appended.error().message;
      const auto again = (*store)->append({.settled = batch, .open = {}});
      ASSERT_TRUE(again) << good << again.error().message;
    }
    rows += 3;
    if (none_failed) break;
  }
  EXPECT_GT(failures, 100);
  EXPECT_EQ(verified(directory.database()).attempts, rows);
}

TEST(Memory, P09_without_memory_nothing_begins_and_what_began_is_settled) {
  if (!all_may_fail) GTEST_SKIP() << "lacks an operator new of its own: the sanitizer has one";
  const Directory directory;
  std::int64_t rows = 0;
  {
    auto ledger = Ledger::open({.directory = directory.path(), .segment_bytes = 16 * 1024});
    ASSERT_TRUE(ledger);
    for (int good = 0; good < 40; ++good) {
      const auto journal = (*ledger)->make_journal();
      for (int i = 0; i < 100; ++i) {
        const auto record = settled_record(static_cast<std::uint64_t>(rows));
        good_allocations = good;
        bool begun = false;
        try {
          begun = journal->begin(record).has_value();
        } catch (const std::bad_alloc&) {
          // Not even for the words of the refusal.
        }
        good_allocations = good;
        if (begun) {
          journal->settle(record);
          ++rows;
        }
        good_allocations = -1;
      }
    }
  }
  EXPECT_GT(rows, 3000);
  EXPECT_EQ(verified(directory.database()).attempts, rows);
}

}  // namespace
}  // namespace tollway::ledger
