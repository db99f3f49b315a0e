#include "integration/ledger_in_order.hpp"

#include <gtest/gtest.h>

#include "support/gateway_process.hpp"
#include "support/ledger_rows.hpp"

namespace tollway::test {

void expect_ledger_in_order(const std::filesystem::path& data) {
  const auto number = [&](const std::string& sql) { return ledger_number(data, sql); };
  const auto spent = number("SELECT sum(coalesce(billed, computed)) FROM attempts");
  EXPECT_EQ(number("SELECT sum(cost) FROM requests"), spent);
  for (const char* table :
       {"usage_hours", "usage_days", "usage_months", "spent_days", "spent_ever"}) {
    EXPECT_EQ(number(std::string("SELECT sum(charged) FROM ") + table), spent) << table;
  }
  EXPECT_EQ(number("SELECT count(*) FROM attempts"),
            number("SELECT count(*) FROM (SELECT DISTINCT request, attempt FROM attempts)"));
  EXPECT_EQ(number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
  const auto verified = run_tollway({"ledger", "verify", "--data", data.string()});
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

}  // namespace tollway::test
