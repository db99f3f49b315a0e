#include "observe/access_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

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

// The writer takes room for the longest line beforehand; an assertion there sees what does not fit.
TEST(AccessRecord, TheLongestLineFits) {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto shortest = AccessRecord::Duration::min();
  AccessRecord record;
  record.model = std::string_view("\1\2\3\4\5\6\7", 7);
  record.status = record.attempts = std::numeric_limits<int>::min();
  record.usage = {.prompt_tokens = least, .completion_tokens = least};
  record.connect = record.first_byte = record.first_token = record.total = shortest;
  record.bytes_in = record.bytes_out = static_cast<std::uint64_t>(least);
  const std::string line = line_of(record);
  EXPECT_THAT(line, HasSubstr(R"("bytes_out":-9223372036854775808})"));
}

}  // namespace
}  // namespace tollway::observe
