#include "recording/json_difference.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "recording/json_text.hpp"

namespace tollway::recording {
namespace {

JsonDifference compare(std::string_view expected, std::string_view came) {
  return difference(parse_json(expected).value(), parse_json(came).value());
}

TEST(JsonDifference, order_white_space_and_spelling_of_numbers_make_none) {
  EXPECT_EQ(compare(R"({"a":1,"b":[0.1,1e3,-0.0]})", R"({ "b":[1e-1,1000,0], "a":1.0 })").count,
            0U);
  EXPECT_EQ(compare("18446744073709551615", "18446744073709551615").count, 0U);
  EXPECT_EQ(compare("123456789012345678901234567890", "1.2345678901234567890123456789e29").count,
            0U);
  EXPECT_EQ(compare(R"("\u00e9")", "\"é\"").count, 0U);
}

TEST(JsonDifference, equal_documents_have_equal_hashes) {
  const std::hash<boost::json::value> hash;
  EXPECT_EQ(hash(*parse_json(R"({"a":1,"b":[0.1]})")),
            hash(*parse_json(R"({"b":[1e-1],"a":1.0})")));
}

TEST(JsonDifference, points_at_the_first_one) {
  const auto found =
      compare(R"({"messages":[{"role":"system"},{"content":"Hi","role":"user"}],"n":1})",
              R"({"n":2,"messages":[{"role":"system"},{"role":"user","content":"Ho"}]})");
  EXPECT_EQ(found.count, 2U);
  EXPECT_EQ(found.pointer, "/messages/1/content");
  EXPECT_EQ(found.expected, R"("Hi")");
  EXPECT_EQ(found.came, R"("Ho")");
}

TEST(JsonDifference, names_missing_and_additional_members) {
  auto found = compare(R"({"a/b":1,"c":2})", R"({"c":2})");
  EXPECT_EQ(found.pointer, "/a~1b");
  EXPECT_EQ(found.came, "nothing");
  found = compare("[1]", R"([1,{"x":[2,3]}])");
  EXPECT_EQ(found.pointer, "/1");
  EXPECT_EQ(found.expected, "nothing");
  EXPECT_EQ(found.came, R"({"x":[2,3]})");
  EXPECT_EQ(found.count, 2U);
  EXPECT_EQ(compare("1", "\"1\"").pointer, "");
}

TEST(JsonDifference, shortens_values_and_shows_where_long_strings_part) {
  const std::string same(100, 'a');
  const auto found = compare("\"" + same + "é1\"", "\"" + same + "é2" + same + "\"");
  EXPECT_EQ(found.expected, "…\"aaaaaaaaaaé1\"");
  EXPECT_TRUE(found.came.starts_with("…\"aaaaaaaaaaé2aaa")) << found.came;
  EXPECT_TRUE(found.came.ends_with("a…")) << found.came;
  EXPECT_LT(found.came.size(), 75U);
}

TEST(JsonDifference, refuses_depth_that_could_exhaust_the_stack) {
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

}  // namespace
}  // namespace tollway::recording
