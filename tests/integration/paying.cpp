#include "integration/paying.hpp"

#include <gtest/gtest.h>

#include "integration/ledger_in_order.hpp"

namespace tollway::test {

void expect_all_on_record(const std::filesystem::path& data, const Vendor& vendor) {
  const auto asked = static_cast<std::size_t>(vendor.billed());
  EXPECT_EQ(ledger_rows(data).size(), asked);
  EXPECT_EQ(ledger_number(data, "SELECT sum(billed) FROM attempts"),
            static_cast<std::int64_t>(asked) * price);
  EXPECT_EQ(ledger_number(data, "SELECT sum(charged) FROM usage_days"),
            static_cast<std::int64_t>(asked) * price);
  expect_ledger_in_order(data);
}

}  // namespace tollway::test
