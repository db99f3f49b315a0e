#include "support/sse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/dialects.hpp"

namespace tollway::test {
namespace {

using testing::ElementsAre;

TEST(SplitStream, reads_every_line_end_comments_and_a_byte_order_mark) {
  const auto stream = split_stream(
      "\xEF\xBB\xBF: hello\r\n\r\ndata: 1\n\nevent: x\rdata:2\rdata: 3\r\rid: 7\r\ndata: 4\r\n\r\n"
      "event: dropped\n\ndata: unfin");
  EXPECT_THAT(stream.data(), ElementsAre("1", "2\n3", "4"));
  EXPECT_THAT(stream.comments(), ElementsAre(" hello"));
  EXPECT_EQ(stream.events()[1].type, "x");
  EXPECT_EQ(stream.events()[2].id, "7");
  EXPECT_EQ(stream.unfinished, "data: unfin");
}

TEST(SplitStream, tells_an_empty_event_from_none) {
  EXPECT_THAT(split_stream("data\n\ndata:\n\n\n\n").data(), ElementsAre("", ""));
}

TEST(Dialects, are_well_formed) {
  for (const auto& dialect : all_dialects()) {
    const auto stream = split_stream(dialect.whole_stream());
    EXPECT_EQ(stream.events().size(), dialect.events.size());
    EXPECT_EQ(stream.unfinished, "");
    for (const auto& data : stream.data()) {
      if (data != "[DONE]") EXPECT_TRUE(parse_json(data).is_object());
    }
    EXPECT_TRUE(parse_json(dialect.json).is_object());
    EXPECT_TRUE(parse_json(dialect.body(true)).is_object());
    EXPECT_NE(dialect.begun_stream(), dialect.whole_stream());
  }
}

}  // namespace
}  // namespace tollway::test
