// One write or one allocation of the real program fails, whichever it is, and the upstream's own
// invoice is the witness.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "integration/ledger_in_order.hpp"
#include "integration/paying.hpp"
#include "support/shared_number.hpp"

namespace tollway::test {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t none_fails = -1;

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool may_preload = false;
#else
constexpr bool may_preload = true;
#endif
constexpr auto lacks_preloading =
    "a library preloaded into the program, which the sanitizers do not allow";

// So that the next write fails, too: a small backlog may refuse before any does.
void pay_until_full(Payer& payer, const SharedNumber& room) {
  EXPECT_TRUE(wait_until([&] {
    int status = 200;
    for (int i = 0; i < 1000 && status == 200; ++i) status = payer.pay();
    EXPECT_EQ(status, 503);
    return room.get() == 0;
  })) << "the disk was not full";
  EXPECT_TRUE(wait_until([&] { return payer.pay() == 503; }));
}

// The database's transaction, its log, its checkpoint, and the journal's next file: the disk is
// full from one of their writes on.
TEST(LedgerFaults, P03_whichever_write_finds_the_disk_full_it_refuses_and_recovers) {
  if (!may_preload) GTEST_SKIP() << lacks_preloading;
  const TemporaryDirectory files;
  SharedNumber room(files.path() / "room", none_fails);
  const Vendor vendor;
  Gateway gateway(vendor.upstream(),
                  {.environment = {{"TOLLWAY_THREADS", "1"},
                                   {"TOLLWAY_LEDGER_BACKLOG_MAX", "65536"},
                                   {"LD_PRELOAD", TOLLWAY_FAILING_DISK},
                                   {"TOLLWAY_TEST_FAILING_DISK", room.file().string()}}});
  Payer payer(gateway);
  EXPECT_EQ(payer.pay(), 200);
  for (std::int64_t writes = 0; writes < 24; ++writes) {
    room.set(writes);
    pay_until_full(payer, room);
    EXPECT_EQ(vendor.billed(), payer.paid()) << "what was refused was not asked for";
    room.set(none_fails);
    EXPECT_TRUE(wait_until([&] { return payer.pay() == 200; })) << "space is back; " << writes;
  }
  gateway.stop();
  expect_all_on_record(gateway.data(), vendor);
}

// Starts of the program on one ledger, and one allocation a start that fails while money is spent.
class FailingAllocation {
 public:
  void fail(std::int64_t number) {
    Gateway gateway(vendor_.upstream(),
                    {.environment = {{"TOLLWAY_THREADS", "1"},
                                     {"LD_PRELOAD", TOLLWAY_FAILING_MEMORY},
                                     {"TOLLWAY_TEST_FAILING_MEMORY", good_.file().string()}},
                     .data = data_,
                     .key = key_});
    key_ = gateway.key();
    gateway.expect_nothing_at_end();
    Payer payer(gateway);
    EXPECT_EQ(payer.pay(), 200);
    good_.set(number);
    while (good_.get() >= 0 && payer.pay() != 0) {
    }
    good_.set(none_fails);
    paid_ += payer.paid();
    // One connection ends, or, where nobody can go on, the program.
    if (!gateway.process().wait_for_exit(50ms)) {
      ++went_on_;
      EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200) << number;
      ++paid_;
      gateway.process().signal(SIGTERM);
      EXPECT_EQ(gateway.process().wait_for_exit(), 0) << number;
    }
    const auto exit_code = gateway.process().wait_for_exit();
    ASSERT_TRUE(exit_code.has_value()) << "it neither goes on nor ends";
    if (*exit_code == 0) return;
    EXPECT_EQ(*exit_code, 1) << number << ": " << gateway.standard_error();
    EXPECT_TRUE(gateway.standard_error().contains("there is no memory to go on with")) << number;
  }

  void expect_intact() {
    {
      Gateway gateway(vendor_.upstream(), {.data = data_, .key = key_});
      gateway.stop();
    }
    expect_ledger_in_order(data_);
    const auto rows = ledger_rows(data_);
    const auto asked = static_cast<std::ptrdiff_t>(vendor_.billed());
    const auto billed =
        std::ranges::count_if(rows, [](const auto& row) { return row.billed == price; });
    EXPECT_GE(billed, paid_) << "what a client has in hand is not paid for";
    EXPECT_LE(billed, asked);
    EXPECT_GE(static_cast<std::ptrdiff_t>(rows.size()), asked) << "a call is not on record";
  }
  [[nodiscard]] int went_on() const { return went_on_; }

 private:
  const Vendor vendor_;
  const TemporaryDirectory files_;
  const fs::path data_ = files_.path() / "data";
  SharedNumber good_{files_.path() / "good", none_fails};
  std::string key_;
  int paid_ = 0;
  int went_on_ = 0;
};

TEST(LedgerFaults, P09_whichever_allocation_fails_the_ledger_is_intact) {
  if (!may_preload) GTEST_SKIP() << lacks_preloading;
  FailingAllocation allocation;
  constexpr std::int64_t always = 24;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::int64_t number = 0;
  while (number < always || (number < 400 && std::chrono::steady_clock::now() < until)) {
    allocation.fail(number);
    // The first requests differ from each other, later ones little.
    number += number < always ? 1 : 5;
  }
  RecordProperty("allocations_until", static_cast<int>(number));
  allocation.expect_intact();
  RecordProperty("went_on", allocation.went_on());
  EXPECT_GT(allocation.went_on(), 0);
}

}  // namespace
}  // namespace tollway::test
