// P06: pages of the ledger's files have changed while nobody ran; a start says so and what to do,
// and leaves them as they are.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "integration/ledger_in_order.hpp"
#include "integration/paying.hpp"

namespace tollway::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::size_t page_bytes = 4096;

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void flip(const fs::path& file, std::size_t from, std::size_t count) {
  std::string bytes = content(file);
  ASSERT_LE(from + count, bytes.size());
  for (std::size_t i = from; i < from + count; ++i) bytes[i] = static_cast<char>(bytes[i] ^ 0x5a);
  std::ofstream(file, std::ios::binary) << bytes;
}

Finished start(const fs::path& data) {
  return run_tollway({"serve", "--listen", "127.0.0.1:0", "--data", data.string()},
                     {{"TOLLWAY_CATALOGUE_REFRESH", "false"}});
}

// A data directory in which some requests are on record, and what a copy of it is damaged by.
class LedgerDamage : public testing::Test {
 protected:
  void SetUp() override {
    Gateway gateway(vendor_.upstream(), {.environment = {{"TOLLWAY_THREADS", "1"}}, .data = data_});
    key_ = gateway.key();
    Payer payer(gateway);
    for (int i = 0; i < 200; ++i) EXPECT_EQ(payer.pay(), 200);
    gateway.stop();
  }
  [[nodiscard]] fs::path copy(const std::string& name) const {
    fs::copy(data_, files_.path() / name, fs::copy_options::recursive);
    return files_.path() / name;
  }

  const Vendor vendor_;
  const TemporaryDirectory files_;
  const fs::path data_ = files_.path() / "data";
  std::string key_;
};

TEST_F(LedgerDamage, P06_flipped_pages_of_the_database_refuse_the_start_with_what_to_do) {
  for (const std::size_t page : {0, 1, 2, 5, 9}) {
    const auto damaged = copy(fmt::format("page-{}", page));
    flip(damaged / "ledger.db", page * page_bytes, page_bytes);
    const auto before = content(damaged / "ledger.db");
    const auto finished = start(damaged);
    EXPECT_NE(finished.exit_code, 0) << page;
    EXPECT_THAT(finished.err, HasSubstr("ledger.db is damaged")) << page;
    EXPECT_THAT(finished.err, HasSubstr("put a backup of it back")) << page;
    EXPECT_EQ(content(damaged / "ledger.db"), before) << "it is not left as it was";
  }
  // The remedy.
  const auto damaged = files_.path() / "page-1";
  fs::copy(data_ / "ledger.db", damaged / "ledger.db", fs::copy_options::overwrite_existing);
  Gateway gateway(vendor_.upstream(), {.data = damaged, .key = key_});
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
  gateway.stop();
  expect_all_on_record(damaged, vendor_);
}

// A journal that waits for the next start, because nobody could move it before the kill.
class JournalDamage : public LedgerDamage {
 protected:
  void SetUp() override {
    LedgerDamage::SetUp();
    Gateway gateway(vendor_.upstream(),
                    {.environment = {{"TOLLWAY_THREADS", "1"}}, .data = data_, .key = key_});
    const LedgerLock lock(data_);
    Payer payer(gateway);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(payer.pay(), 200);
    gateway.process().signal(SIGKILL);
    EXPECT_TRUE(gateway.process().wait_for_exit());
    gateway.expect_nothing_at_end();
  }
  [[nodiscard]] static fs::path journal_in(const fs::path& data) {
    for (const auto& entry : fs::directory_iterator(data / "journal")) {
      if (entry.path().extension() == ".journal") return entry.path();
    }
    ADD_FAILURE() << "no journal was left";
    return {};
  }
};

TEST_F(JournalDamage, P06_a_flipped_first_page_refuses_the_start_with_what_to_do) {
  const auto damaged = copy("damaged");
  const auto journal = journal_in(damaged);
  flip(journal, 0, page_bytes);
  const auto before = content(journal);
  const auto finished = start(damaged);
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_THAT(finished.err, HasSubstr("is no journal that this version of Tollway can read"));
  EXPECT_THAT(finished.err, HasSubstr("move the file away"));
  EXPECT_EQ(content(journal), before);
  // The remedy: what it held is missing, and the rest is as it was.
  fs::remove(journal);
  Gateway gateway(vendor_.upstream(), {.data = damaged, .key = key_});
  gateway.stop();
  EXPECT_EQ(ledger_rows(damaged).size(), 200U);
  expect_ledger_in_order(damaged);
}

TEST_F(JournalDamage, P06_a_flipped_page_in_the_middle_costs_its_own_records_and_is_kept_and_told) {
  const auto damaged = copy("damaged");
  const auto journal = journal_in(damaged);
  flip(journal, page_bytes, page_bytes);
  Gateway gateway(vendor_.upstream(), {.data = damaged, .key = key_});
  EXPECT_THAT(gateway.standard_error(), HasSubstr("was damaged"));
  EXPECT_TRUE(fs::exists(journal.string() + ".damaged"));
  gateway.stop();
  const auto rows = ledger_rows(damaged).size();
  EXPECT_GT(rows, 230U);
  EXPECT_LE(rows, 250U);
  expect_ledger_in_order(damaged);
}

}  // namespace
}  // namespace tollway::test
