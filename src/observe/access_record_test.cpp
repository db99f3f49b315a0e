#include "observe/access_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tollway::observe {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string line_of(const AccessRecord& record) {
  std::string line;
  append_json_line(record, line);
  return line;
}

TEST(AccessRecord, WhatIsUnknownIsNull) {
  AccessRecord record;
  record.status = 502;
  record.outcome = "connect_failed";
  const std::string line = line_of(record);
  EXPECT_THAT(line, HasSubstr(R"("status":502,"outcome":"connect_failed",)"));
  EXPECT_THAT(line, HasSubstr(R"("prompt_tokens":null,"completion_tokens":null,)"));
  EXPECT_THAT(line, HasSubstr(R"("connect_ms":null,"first_byte_ms":null,"first_token_ms":null,)"));
  EXPECT_TRUE(line.ends_with("}\n"));
}

TEST(AccessRecord, DurationsAreMillisecondsWithThreeDecimals) {
  AccessRecord record;
  record.first_byte = 12345678ns;
  record.total = 2s + 5us;
  EXPECT_THAT(line_of(record), HasSubstr(R"("first_byte_ms":12.345,)"));
  EXPECT_THAT(line_of(record), HasSubstr(R"("total_ms":2000.005,)"));
}

TEST(AccessRecord, TextFromOutsideCannotForgeALine) {
  AccessRecord record;
  record.model = "a\"b\\c\n{\"id\":1}\x7f";
  const std::string line = line_of(record);
  EXPECT_THAT(line, HasSubstr(R"("model":"a\"b\\c\u000a{\"id\":1}\u007f",)"));
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

}  // namespace
}  // namespace tollway::observe
