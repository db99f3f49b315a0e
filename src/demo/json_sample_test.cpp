#include "demo/json_sample.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace tollway::demo {
namespace {

std::string sample(std::string_view property) {
  const std::string schema = R"({"type":"object","required":["x"],"properties":{"x":)" +
                             std::string(property) + R"(},"$defs":{"n":{"type":"integer"}}})";
  return boost::json::serialize(sample_of(boost::json::parse(schema)).at("x"));
}

TEST(JsonSample, has_the_required_properties_only) {
  const auto schema = boost::json::parse(R"({"type":"object","properties":
    {"a":{"type":"string"},"b":{"type":"string"}},"required":["b","c"]})");
  EXPECT_EQ(boost::json::serialize(sample_of(schema)), R"({"b":"example","c":"example"})");
}

TEST(JsonSample, satisfies_each_type_and_its_bounds) {
  EXPECT_EQ(sample(R"({"type":"string"})"), R"("example")");
  EXPECT_EQ(sample(R"({"type":"string","maxLength":3})"), R"("exa")");
  EXPECT_EQ(sample(R"({"type":"string","minLength":9})"), R"("exampleee")");
  EXPECT_EQ(sample(R"({"type":"string","format":"date"})"), R"("2026-01-01")");
  EXPECT_EQ(sample(R"({"type":"integer"})"), "1");
  EXPECT_EQ(sample(R"({"type":"integer","minimum":3})"), "3");
  EXPECT_EQ(sample(R"({"type":"integer","exclusiveMinimum":3})"), "4");
  EXPECT_EQ(sample(R"({"type":"integer","maximum":-2})"), "-2");
  EXPECT_EQ(sample(R"({"type":"number","minimum":0.5})"), "5E-1");
  EXPECT_EQ(sample(R"({"type":"boolean"})"), "true");
  EXPECT_EQ(sample(R"({"type":"null"})"), "null");
  EXPECT_EQ(sample(R"({"type":["string","null"]})"), R"("example")");
  EXPECT_EQ(sample(R"({"type":"array","items":{"type":"string"}})"), "[]");
  EXPECT_EQ(sample(R"({"type":"array","items":{"type":"boolean"},"minItems":2})"), "[true,true]");
  EXPECT_EQ(sample(R"({"type":"object"})"), "{}");
}

TEST(JsonSample, prefers_what_the_schema_names) {
  EXPECT_EQ(sample(R"({"enum":["b","a"],"type":"string"})"), R"("b")");
  EXPECT_EQ(sample(R"({"const":7})"), "7");
  EXPECT_EQ(sample(R"({"type":"string","default":"d"})"), R"("d")");
  EXPECT_EQ(sample(R"({"anyOf":[{"type":"null"},{"type":"string"}]})"), "null");
  EXPECT_EQ(sample(R"({"allOf":[{"required":["p"]},{"required":["q"]}]})"),
            R"({"p":"example","q":"example"})");
}

TEST(JsonSample, follows_references_and_ends_where_they_turn_in_circles) {
  EXPECT_EQ(sample(R"({"$ref":"#/$defs/n"})"), "1");
  EXPECT_EQ(sample(R"({"$ref":"#/nowhere"})"), "null");
  EXPECT_EQ(sample(R"({"$ref":"https://example.com/schema"})"), "null");
  EXPECT_NE(sample(R"({"$ref":"#"})").find("null"), std::string::npos);
}

TEST(JsonSample, is_an_object_without_a_schema) {
  for (const char* schema : {"null", "{}", "[]", R"({"type":"string"})"}) {
    EXPECT_EQ(boost::json::serialize(sample_of(boost::json::parse(schema))), "{}") << schema;
  }
}

}  // namespace
}  // namespace tollway::demo
