#include "dispatch/wishes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/request_reader.hpp"
#include "net/read_buffer.hpp"

namespace tollway::gateway {
namespace {

using routing::Parameter;
using testing::HasSubstr;

dispatch::Wishes wishes_of(std::string body) {
  const std::size_t size = body.size();
  body.append(net::ReadBuffer::slack_bytes, '\0');
  return read_request(std::string_view(body).substr(0, size)).value().wishes;
}

routing::Parameters parameters(std::string body) {
  return wishes_of(std::move(body)).ask.parameters;
}

TEST(Wishes, WhatOpenRouterAloneDoesIsNoted) {
  const auto needs = [](std::string body) { return wishes_of(std::move(body)).ask.openrouters; };
  EXPECT_EQ(needs(R"({"plugins":[{"id":"auto-router"},{"id":"web"}]})"), R"(the plugin "web")");
  EXPECT_EQ(needs(R"({"preset":"mine"})"), R"(the preset "mine")");
  EXPECT_EQ(needs(R"({"tools":[{"type":"function","function":{"name":"f"}},)"
                  R"({"type":"openrouter:web_search"}]})"),
            R"(the tool "openrouter:web_search")");
  for (const auto* body :
       {R"({"plugins":[{"id":"auto-router"},{"id":"auto-beta-router"}]})",
        R"({"plugins":[{"id":"web","enabled":false}]})", R"({"plugins":[],"preset":null})",
        R"({"preset":""})", R"({"tools":[{"type":"function","function":{"name":"f"}}]})"}) {
    EXPECT_EQ(needs(body), "") << body;
  }
}

TEST(Wishes, EachDialectsNamesOfAParameterCount) {
  EXPECT_TRUE(
      parameters(R"({"text":{"format":{"type":"json_schema"}}})").has(Parameter::response_format));
  EXPECT_FALSE(parameters(R"({"text":{"format":{"type":"text"}}})").has(Parameter::verbosity));
  EXPECT_TRUE(parameters(R"({"text":{"format":{"type":"text"}}})").empty()) << "that is no wish";
  EXPECT_TRUE(parameters(R"({"text":{"verbosity":"low"}})").has(Parameter::verbosity));
  EXPECT_TRUE(parameters(R"({"output_config":{"format":{"type":"json_schema"}}})")
                  .has(Parameter::response_format));
  EXPECT_TRUE(parameters(R"({"output_config":{"effort":"low"}})").has(Parameter::verbosity));
  EXPECT_TRUE(parameters(R"({"thinking":{"type":"enabled"}})").has(Parameter::reasoning));
  EXPECT_TRUE(parameters(R"({"thinking":{"type":"disabled"}})").empty());
}

TEST(Wishes, TheOlderRouteSaysWhetherModelsAreMixed) {
  EXPECT_TRUE(wishes_of(R"({"route":"sort"})").ask.preferences.across_models);
  EXPECT_FALSE(wishes_of(R"({"route":"fallback"})").ask.preferences.across_models);
}

TEST(Wishes, EachRouterHasItsPlugin) {
  const auto wishes =
      wishes_of(R"({"plugins":[{"id":"auto-router","allowed_models":["a/*"]},)"
                R"({"id":"auto-beta-router","allowed_models":["b/*"],"cost_tier":"low"}]})");
  EXPECT_THAT(wishes.any_model.allowed, testing::ElementsAre("a/*"));
  EXPECT_THAT(wishes.any_model_beta.allowed, testing::ElementsAre("b/*"));
  EXPECT_EQ(wishes.any_model_beta.cost_band, 1);
}

TEST(Wishes, FallbacksAreHeldToTheirRulesOnMessages) {
  const auto refusal = [](std::string body) {
    const auto checked = check_fallbacks(wishes_of(std::move(body)), "messages");
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(refusal(R"({"fallbacks":[{"model":"a"},{"model":"b"},{"model":"c"}]})"), "");
  EXPECT_THAT(refusal(R"({"fallbacks":[{"model":"a"},{"model":"b"},{"model":"c"},{"model":"d"}]})"),
              HasSubstr("at most 3"));
  EXPECT_THAT(refusal(R"({"fallbacks":[{"model":"a","provider":{}}]})"), HasSubstr("nothing else"));
  EXPECT_THAT(refusal(R"({"fallbacks":["a"]})"), HasSubstr("nothing else"));
  EXPECT_THAT(refusal(R"({"models":["b"],"fallbacks":[{"model":"a"}]})"), HasSubstr("either"));
  EXPECT_THAT(refusal(R"({"fallbacks":[{"model":"a"}],"models":["b"]})"), HasSubstr("either"));
  const auto elsewhere = wishes_of(R"({"fallbacks":["a"]})");
  EXPECT_TRUE(check_fallbacks(elsewhere, "chat/completions"));
}

}  // namespace
}  // namespace tollway::gateway
