// The disk under the ledger fails in front of the real program, and the upstream's own invoice is
// the witness: whatever it was asked for is on record.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "integration/paying.hpp"
#include "support/ledger_rows.hpp"
#include "support/own_disk.hpp"

namespace tollway::test {
namespace {

namespace fs = std::filesystem;

void fill(const fs::path& file) {
  std::ofstream stream(file, std::ios::binary);
  for (const std::size_t size : {std::size_t{64} * 1024, std::size_t{512}}) {
    const std::string block(size, 'x');
    while (stream.write(block.data(), static_cast<std::streamsize>(size)).flush()) {
    }
    stream.clear();
  }
}

void pay_on_a_full_disk(const fs::path& data) {
  const Vendor vendor;
  Gateway gateway(vendor.upstream(), {.environment = {{"TOLLWAY_THREADS", "1"}}, .data = data});
  Payer payer(gateway);
  EXPECT_EQ(payer.pay(), 200);
  fill(data / "filler");
  // Room that was set aside before is used up first.
  int status = 200;
  for (int i = 0; i < 20'000 && status == 200; ++i) status = payer.pay();
  EXPECT_EQ(status, 503) << "what costs money goes on without a record";
  EXPECT_EQ(vendor.billed(), payer.paid()) << "what was refused was not asked for";
  EXPECT_EQ(gateway.get("/api/v1/models").status, 200) << "reading costs nothing";
  EXPECT_EQ(gateway.get("/api/v1/health").status, 200);
  fs::remove(data / "filler");
  EXPECT_TRUE(wait_until([&] { return payer.pay() == 200; })) << "space is back";
  gateway.stop();
  expect_all_on_record(data, vendor);
}

TEST(LedgerFaults, P03_a_full_disk_refuses_what_costs_money_until_there_is_space) {
  const TemporaryDirectory files;
  const auto data = files.path() / "data";
  fs::create_directories(data);
  if (!on_own_disk(data, 24U << 20U, [&] { pay_on_a_full_disk(data); })) {
    GTEST_SKIP() << "a file system of its own, which the system does not allow here";
  }
}

// Other files, as the settings', are closed in good order.
std::ptrdiff_t failed_syncs(const fs::path& report, std::string_view part_of_name) {
  std::ifstream stream(report);
  const std::vector<std::string> names{std::istream_iterator<std::string>(stream), {}};
  return std::ranges::count_if(
      names, [&](const auto& name) { return name.find(part_of_name) != std::string::npos; });
}

struct FailingFile {
  const char* name;
  const char* part_of_path;
  const char* sync;  // TOLLWAY_LEDGER_SYNC
};

class LedgerSync : public testing::TestWithParam<FailingFile> {};
INSTANTIATE_TEST_SUITE_P(P, LedgerSync,
                         testing::Values(FailingFile{"database", "/ledger.db", "process"},
                                         FailingFile{"journal", ".journal", "second"}),
                         [](const auto& info) { return info.param.name; });

TEST_P(LedgerSync, P04_a_disk_that_fails_stops_the_spending_for_good) {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "a library preloaded into the program, which the sanitizers do not allow";
#endif
  const TemporaryDirectory files;
  const auto data = files.path() / "data";
  const auto failing = files.path() / "failing";
  const std::string file = GetParam().part_of_path;
  const Vendor vendor;
  std::string key;
  {
    Gateway gateway(vendor.upstream(),
                    {.environment = {{"TOLLWAY_THREADS", "1"},
                                     {"LD_PRELOAD", TOLLWAY_FAILING_SYNC},
                                     {"TOLLWAY_TEST_FAILING_SYNC", failing.string()},
                                     {"TOLLWAY_TEST_FAILING_SYNC_OF", file},
                                     {"TOLLWAY_LEDGER_SYNC", GetParam().sync}},
                     .data = data});
    key = gateway.key();
    Payer payer(gateway);
    EXPECT_EQ(payer.pay(), 200);
    static_cast<void>(wait_for_ledger_rows(data, 1));
    std::ofstream(failing).flush();
    EXPECT_TRUE(wait_until([&] { return payer.pay() == 503; }));
    EXPECT_EQ(failed_syncs(failing, file), 1);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(payer.pay(), 503);
    EXPECT_EQ(vendor.billed(), payer.paid());
    EXPECT_EQ(gateway.get("/api/v1/health").status, 200);
    gateway.process().signal(SIGTERM);
    EXPECT_TRUE(gateway.process().wait_for_exit().has_value());
    gateway.expect_nothing_at_end();
    EXPECT_EQ(failed_syncs(failing, file), 1) << "the same data is synced a second time";
  }
  // A new start reads what is really there.
  Gateway gateway(vendor.upstream(), {.data = data, .key = key});
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
  gateway.stop();
  expect_all_on_record(data, vendor);
}

TEST(LedgerFaults, P05_a_locked_database_holds_nobody_up) {
  const Vendor vendor;
  Gateway gateway(vendor.upstream(), {.environment = {{"TOLLWAY_THREADS", "1"}}});
  Payer payer(gateway);
  EXPECT_EQ(payer.pay(), 200);
  static_cast<void>(wait_for_ledger_rows(gateway.data(), 1));
  {
    const LedgerLock lock(gateway.data());
    const auto until = std::chrono::steady_clock::now() + 3s;
    while (std::chrono::steady_clock::now() < until) ASSERT_EQ(payer.pay(), 200);
    EXPECT_EQ(ledger_rows(gateway.data()).size(), 1U);
  }
  static_cast<void>(wait_for_ledger_rows(gateway.data(), static_cast<std::size_t>(payer.paid())));
  gateway.stop();
  expect_all_on_record(gateway.data(), vendor);
}

TEST(LedgerFaults, P05_behind_a_locked_database_a_bounded_backlog_waits_and_then_503) {
  const Vendor vendor;
  constexpr int backlog_bytes_max = 300'000;
  Gateway gateway(
      vendor.upstream(),
      {.environment = {{"TOLLWAY_THREADS", "1"},
                       {"TOLLWAY_LEDGER_BACKLOG_MAX", fmt::to_string(backlog_bytes_max)}}});
  Payer payer(gateway);
  EXPECT_EQ(payer.pay(), 200);
  static_cast<void>(wait_for_ledger_rows(gateway.data(), 1));
  {
    const LedgerLock lock(gateway.data());
    int status = 200;
    for (int i = 0; i < backlog_bytes_max && status == 200; ++i) status = payer.pay();
    EXPECT_EQ(status, 503);
    // A request's two records are some hundred bytes, never more than five thousand.
    EXPECT_GT(payer.paid(), backlog_bytes_max / 5000);
    EXPECT_LT(payer.paid(), backlog_bytes_max / 100);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(payer.pay(), 503);
    EXPECT_EQ(vendor.billed(), payer.paid()) << "what was refused was not asked for";
    EXPECT_EQ(gateway.get("/api/v1/health").status, 200);
    EXPECT_EQ(gateway.get("/api/v1/models").status, 200) << "reading costs nothing";
  }
  EXPECT_TRUE(wait_until([&] { return payer.pay() == 200; })) << "the database is free again";
  gateway.stop();
  expect_all_on_record(gateway.data(), vendor);
}

}  // namespace
}  // namespace tollway::test
