// Tests that hold in every dialect: TEST_P(InEachDialect, ...) in any file that instantiates it.
#pragma once

#include <gtest/gtest.h>

#include "support/dialects.hpp"
#include "support/gateway_process.hpp"

namespace tollway::test {

class InEachDialect : public testing::TestWithParam<Dialect> {
 protected:
  [[nodiscard]] static const Dialect& dialect() { return GetParam(); }

  // What every finished request must have left behind: exactly one record, of this route. `stream`
  // says whether one was asked for.
  [[nodiscard]] static AccessRecord expect_record(Gateway& gateway, std::string_view outcome,
                                                  int status, bool stream) {
    auto record = gateway.only_record();
    EXPECT_EQ(record.outcome(), outcome);
    EXPECT_EQ(record.status(), status);
    EXPECT_EQ(record.route(), dialect().route);
    EXPECT_EQ(record.stream(), stream);
    return record;
  }
};

[[nodiscard]] inline std::string dialect_name(const testing::TestParamInfo<Dialect>& info) {
  return info.param.name;
}

}  // namespace tollway::test
