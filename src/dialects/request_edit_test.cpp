#include "dialects/request_edit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <random>
#include <vector>

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

using Edits = std::vector<MemberEdit>;

TEST(RequestEdit, replaces_in_place_and_touches_no_other_byte) {
  EXPECT_EQ(edited(R"({ "a" : 1.0e0 , "model" :  "x" ,"b":[ 1 ,2 ] } )",
                   Edits{{.name = "model", .value = R"("y")"}}),
            R"({ "a" : 1.0e0 , "model" :  "y" ,"b":[ 1 ,2 ] } )");
}

TEST(RequestEdit, puts_new_members_first_in_their_order) {
  const Edits edits{{.name = "x", .value = "1"}, {.name = "y", .value = "2"}};
  EXPECT_EQ(edited(R"({"a":1})", edits), R"({"x":1,"y":2,"a":1})");
  EXPECT_EQ(edited("{\n  \"a\":1}", edits), "{\n  \"x\":1,\"y\":2,\"a\":1}");
  EXPECT_EQ(edited(R"({})", edits), R"({"x":1,"y":2})");
  EXPECT_EQ(edited(" { } ", edits), R"( {"x":1,"y":2 } )");
}

TEST(RequestEdit, removes_a_member_with_one_comma) {
  const auto without = [](std::string_view name) {
    return edited(R"({"a":1, "b":2,"c":3})", Edits{{.name = name, .value = {}}});
  };
  EXPECT_EQ(without("a"), R"({"b":2,"c":3})");
  EXPECT_EQ(without("b"), R"({"a":1,"c":3})");
  EXPECT_EQ(without("c"), R"({"a":1, "b":2})");
  EXPECT_EQ(without("d"), R"({"a":1, "b":2,"c":3})");
  EXPECT_EQ(edited(R"({ "a":1 })", Edits{{.name = "a", .value = {}}}), "{  }");
}

TEST(RequestEdit, does_it_all_at_once) {
  EXPECT_EQ(edited(R"({"provider":{"only":["x"]},"model":"a","stream":true,"models":["b"]})",
                   Edits{{.name = "model", .value = R"("v")"},
                         {.name = "provider", .value = {}},
                         {.name = "models", .value = {}},
                         {.name = "stream_options", .value = R"({"include_usage":true})"}}),
            R"({"stream_options":{"include_usage":true},"model":"v","stream":true})");
}

TEST(RequestEdit, finds_only_outermost_members) {
  const std::string body =
      R"({"x":{"model":"in","y":["model",{"model":1}]},"s":"\"model\":\"no\"","model":"out"})";
  EXPECT_EQ(member_text(body, "model"), R"("out")");
  EXPECT_EQ(edited(body, Edits{{.name = "model", .value = "0"}}),
            R"({"x":{"model":"in","y":["model",{"model":1}]},"s":"\"model\":\"no\"","model":0})");
}

TEST(RequestEdit, knows_names_and_strings_by_their_escapes) {
  const std::string body = R"({"a":"\\","mod\u0065l":"x","b\"":"\\\"","\\":"}"})";
  EXPECT_EQ(member_text(body, "model"), R"("x")");
  EXPECT_EQ(member_text(body, "b\""), R"("\\\"")");
  EXPECT_EQ(member_text(body, "\\"), R"("}")");
  EXPECT_EQ(edited(body, Edits{{.name = "model", .value = {}}, {.name = "q\"", .value = "1"}}),
            R"({"q\"":1,"a":"\\","b\"":"\\\"","\\":"}"})");
}

TEST(RequestEdit, a_name_that_stands_twice_stands_once_afterwards) {
  const std::string body = R"({"a":1,"b":2,"a":3})";
  EXPECT_EQ(member_text(body, "a"), "3");
  EXPECT_EQ(edited(body, Edits{{.name = "a", .value = "4"}}), R"({"a":4,"b":2})");
  EXPECT_EQ(edited(body, Edits{{.name = "a", .value = {}}}), R"({"b":2})");
}

TEST(RequestEdit, what_is_no_whole_object_comes_back_as_it_is) {
  const Edits edits{{.name = "a", .value = "1"}};
  for (const std::string_view body :
       {"", " ", "[]", "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":{", "{\"a\":\"x\\\"",
        "{\"b\":1,", "null", "{\"b\":1"}) {
    EXPECT_EQ(edited(body, edits), body);
  }
  EXPECT_FALSE(member_text("[]", "a"));
  EXPECT_FALSE(member_text("{}", "a"));
}

// Documents by chance, written with all the white space and escapes that JSON allows.
class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
  }
  std::string blanks() {
    std::string text;
    while (below(4) == 0) text += " \t\r\n"[below(4)];
    return text;
  }
  std::string string() {
    constexpr std::array<std::string_view, 14> pieces{
        "a", "b",     "model", "{",         "}",     "[", ",",
        ":", R"(\")", R"(\\)", R"(\u0061)", R"(\n)", "ä", ""};
    std::string text = "\"";
    while (below(3) != 0) text += pieces[below(pieces.size())];
    return text + '"';
  }
  std::string value(int depth) {
    constexpr std::array<std::string_view, 6> plain{"1", "-0.5e+3", "true", "false", "null", "0"};
    const auto kind = below(depth == 0 ? 3 : 5);
    if (kind < 2) return std::string(plain[below(plain.size())]);
    if (kind == 2) return string();
    return kind == 3 ? object(depth - 1) : array(depth - 1);
  }
  std::string array(int depth) {
    std::string text = "[" + blanks();
    for (std::size_t i = 0, n = below(4); i < n; ++i) {
      text += (i == 0 ? "" : ",") + blanks() + value(depth) + blanks();
    }
    return text + "]";
  }
  std::string object(int depth) {
    std::string text = "{" + blanks();
    for (std::size_t i = 0, n = below(5); i < n; ++i) {
      text += (i == 0 ? "" : ",") + blanks() + string() + blanks() + ":" + blanks() + value(depth) +
              blanks();
    }
    return text + "}";
  }

 private:
  std::mt19937 engine_;
};

// What the edits mean, done on the parsed document.
boost::json::object expected(std::string_view body, const Edits& edits) {
  auto object = boost::json::parse({body.data(), body.size()}).as_object();
  for (const auto& edit : edits) {
    object.erase({edit.name.data(), edit.name.size()});
    if (edit.value) {
      object.emplace(boost::json::string_view(edit.name.data(), edit.name.size()),
                     boost::json::parse({edit.value->data(), edit.value->size()}));
    }
  }
  return object;
}

TEST(RequestEdit, means_what_a_parsed_edit_means_whatever_the_document) {
  constexpr std::array<std::string_view, 6> names{"a", "b", "model", "\"", "\\", ""};
  Chance chance(20'261'123);
  for (int round = 0; round < 20'000; ++round) {
    const std::string body = chance.blanks() + chance.object(3) + chance.blanks();
    std::vector<std::string> values(names.size());
    Edits edits;
    for (std::size_t i = 0; i < names.size(); ++i) {
      values[i] = chance.value(1);
      const auto what = chance.below(4);
      if (what == 0) edits.push_back({.name = names[i], .value = {}});
      if (what == 1) edits.push_back({.name = names[i], .value = values[i]});
    }
    const std::string out = edited(body, edits);
    boost::json::error_code code;
    const auto parsed = boost::json::parse(out, code);
    ASSERT_FALSE(code) << body << "\n" << out;
    ASSERT_EQ(parsed.as_object(), expected(body, edits)) << body << "\n" << out;
    ASSERT_EQ(edited(body, {}), body);
  }
}

TEST(RequestEdit, finds_what_a_parser_finds_whatever_the_document) {
  Chance chance(7);
  for (int round = 0; round < 20'000; ++round) {
    const std::string body = chance.object(3);
    const auto object = boost::json::parse(body).as_object();
    for (const std::string_view name : {"a", "b", "model", "ab", ""}) {
      const auto text = member_text(body, name);
      const auto* const member = object.if_contains({name.data(), name.size()});
      ASSERT_EQ(text.has_value(), member != nullptr) << body;
      if (text) {
        ASSERT_EQ(boost::json::parse({text->data(), text->size()}), *member) << body;
      }
    }
  }
}

TEST(RequestEdit, reads_nothing_outside_of_a_text_that_is_cut) {
  Chance chance(11);
  for (int round = 0; round < 2'000; ++round) {
    const std::string body = chance.object(3);
    // A copy of its own, so that a sanitizer sees the end.
    const std::vector<char> cut(
        body.begin(), body.begin() + static_cast<std::ptrdiff_t>(chance.below(body.size())));
    const std::string_view text(cut.data(), cut.size());
    EXPECT_EQ(edited(text, Edits{{.name = "a", .value = "1"}}), text);
  }
}

}  // namespace
}  // namespace tollway::dialects
