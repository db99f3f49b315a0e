#include "dialects/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

TEST(JsonWriter, PutsTheCommas) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("a", "b");
  json.key("list");
  json.begin_array();
  json.integer(-1);
  json.boolean(true);
  json.begin_object();
  json.end_object();
  json.begin_array();
  json.end_array();
  json.raw("null");
  json.end_array();
  json.raw(R"("c":1,"d":2)");
  json.key("e");
  json.boolean(false);
  json.end_object();
  EXPECT_EQ(out, R"({"a":"b","list":[-1,true,{},[],null],"c":1,"d":2,"e":false})");
}

TEST(JsonWriter, EscapesWhatMustBe) {
  std::string out;
  JsonWriter(out).text("\"\\/\n\r\t\b\x1f\x7f \u00fc\U0001F600");
  EXPECT_EQ(out, "\"\\\"\\\\/\\n\\r\\t\\u0008\\u001f\x7f \u00fc\U0001F600\"");
}

TEST(JsonWriter, EveryByteBelowBlankComesBack) {
  for (char c = 0; c < ' '; ++c) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("text", std::string_view(&c, 1));
    json.end_object();
    const auto object = parse_object(out);
    ASSERT_TRUE(object) << out;
    std::string text;
    read_text(*object, "text", text);
    EXPECT_EQ(text, std::string_view(&c, 1));
  }
}

TEST(JsonWriter, NumbersAreTheShortestThatReadBack) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const double value : {0.7, 0.0, 1.0, -2.0, 1e-7, 1e300, 0.1 + 0.2}) json.number(value);
  json.integer(std::numeric_limits<std::int64_t>::min());
  json.end_array();
  EXPECT_EQ(out, "[0.7,0,1,-2,1e-07,1e+300,0.30000000000000004,-9223372036854775808]");
}

}  // namespace
}  // namespace tollway::dialects
