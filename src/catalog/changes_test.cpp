#include "catalog/changes.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "catalog/replacements.hpp"
#include "providers/descriptor.hpp"

namespace tollway::catalog {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::unique_ptr<Catalogue> catalogue_of(std::string_view body) {
  auto listing = read_listing(*providers::find(providers::built_in(), "openrouter"), body, 0);
  EXPECT_TRUE(listing);
  return std::make_unique<Catalogue>(std::span(&*listing, 1));
}

std::string row(std::string_view id, std::string_view prompt, std::string_view completion,
                std::string_view more = R"("context_length":1000)") {
  namespace json = boost::json;
  return std::string(R"({"id":")") + std::string(id) + R"(","canonical_slug":")" + std::string(id) +
         R"(","architecture":{"input_modalities":["text"],"output_modalities":["text"]},)" +
         R"("pricing":{"prompt":")" + std::string(prompt) + R"(","completion":")" +
         std::string(completion) + "\"}," + std::string(more) + "}";
}

std::string list(std::initializer_list<std::string> rows) {
  std::string made = R"({"data":[)";
  for (const auto& one : rows) made += (made.back() == '[' ? "" : ",") + one;
  return made + "]}";
}

std::vector<std::string> told(const std::vector<Change>& changes) {
  std::vector<std::string> made;
  for (const auto& change : changes)
    made.push_back(change.model + " " + std::string(name_of(change.kind)));
  return made;
}

TEST(Changes, each_kind) {
  const auto before = catalogue_of(
      list({row("a/gone", "1", "1"), row("a/up", "1", "1"), row("a/down", "1", "1"),
            row("a/mixed", "1", "1"), row("a/same", "1", "1"), row("a/context", "1", "1"),
            row("a/routed", "1", "1"), row("a/expires", "1", "1")}));
  const auto after = catalogue_of(list(
      {row("a/new", "1", "1"), row("a/up", "1", "2"), row("a/down", "0.5", "1"),
       row("a/mixed", "2", "0"), row("a/same", "1.0", "1e0"),
       row("a/context", "1", "1", R"("context_length":2000)"), row("a/routed", "-1", "-1"),
       row("a/expires", "1", "1", R"("context_length":1000,"expiration_date":"2026-05-08")")}));
  EXPECT_THAT(told(changes_between(*before, *after)),
              ElementsAre("a/gone removed", "a/new added", "a/up price_up", "a/down price_down",
                          "a/mixed price_mixed", "a/context context", "a/routed price_mixed",
                          "a/expires expiring"));
  EXPECT_TRUE(changes_between(*after, *after).empty());
}

TEST(Changes, kinds_have_names) {
  for (int i = 0; i < 8; ++i) {
    const auto kind = static_cast<Change::Kind>(i);
    EXPECT_EQ(change_named(name_of(kind)), kind);
  }
  EXPECT_EQ(change_named("sideways"), std::nullopt);
}

TEST(Replacements, say_what_the_change_costs) {
  const auto before = catalogue_of(list({row("a/word-1", "0.000001", "0.000001")}));
  const auto now =
      catalogue_of(list({row("a/word-2", "0.000002", "0.000002"), row("b/word-1", "0", "0"),
                         row("c/other", "0.000001", "0.000001")}));
  const auto configured = check_configured("a/word-1", *before, *now);
  EXPECT_EQ(configured.state, ConfiguredModel::State::gone);
  EXPECT_EQ(warning_about(configured),
            "the model a/word-1 is offered no more; in its place: b/word-1 (free), "
            "a/word-2 (100 % dearer), c/other (the same price)");
  const auto unknown = check_configured("a/wort-2", *before, *now);
  EXPECT_THAT(warning_about(unknown), testing::StartsWith("the model a/wort-2 is not known; did "
                                                          "you mean a/word-2"));
  EXPECT_EQ(warning_about(check_configured("a/word-2:nitro", *before, *now)), "");
}

// Two days of OpenRouter's real list, 36 days apart.
class RealSnapshots : public testing::Test {
 protected:
  void SetUp() override {
    const fs::path folder = "../shared/catalog";
    if (!fs::is_directory(folder)) {
      GTEST_SKIP() << "OpenRouter's lists in " << folder << ", which are not there";
    }
    before_ = catalogue_of(read_text(folder / "openrouter-models-2026-03-26.json"));
    after_ = catalogue_of(read_text(folder / "openrouter-models-2026-05-01.json"));
  }

  std::vector<std::string> in_place_of(std::string_view id) {
    const auto configured = check_configured(id, *before_, *after_);
    EXPECT_NE(configured.state, ConfiguredModel::State::available) << id;
    std::vector<std::string> ids;
    for (const auto& one : configured.replacements) ids.push_back(one.model->id);
    return ids;
  }

  std::unique_ptr<Catalogue> before_;
  std::unique_ptr<Catalogue> after_;
};

TEST_F(RealSnapshots, all_changes_are_found) {
  std::map<Change::Kind, int> count;
  for (const auto& change : changes_between(*before_, *after_)) ++count[change.kind];
  using Kind = Change::Kind;
  EXPECT_EQ(count[Kind::added], 50);
  EXPECT_EQ(count[Kind::removed], 25);
  EXPECT_EQ(count[Kind::context], 11);
  EXPECT_EQ(count[Kind::expiring], 5);
  EXPECT_GT(count[Kind::price_up], 0);
  EXPECT_GT(count[Kind::price_down], 0);
  EXPECT_GT(count[Kind::price_other], 0);
}

TEST_F(RealSnapshots, prices_are_compared_as_numbers) {
  const auto changes = changes_between(*before_, *after_);
  const auto of = [&changes](std::string_view id) {
    std::vector<std::string> kinds;
    for (const auto& change : changes) {
      if (change.model == id) kinds.emplace_back(name_of(change.kind));
    }
    return kinds;
  };
  EXPECT_THAT(of("deepseek/deepseek-v3.2"), ElementsAre("price_down", "context"));
  EXPECT_THAT(of("google/gemma-3n-e4b-it"), ElementsAre("price_up"));
  EXPECT_THAT(of("google/gemini-2.5-flash"), ElementsAre("price_other"));
  // "0.0000001300000002" became "0.00000013": no change at the accuracy of prices.
  EXPECT_THAT(of("deepseek/deepseek-v3.1-terminus"), ElementsAre());
}

TEST_F(RealSnapshots, models_that_went_have_likely_replacements) {
  EXPECT_EQ(in_place_of("x-ai/grok-4.20-beta").front(), "x-ai/grok-4.20");
  EXPECT_EQ(in_place_of("x-ai/grok-4.20-multi-agent-beta").front(), "x-ai/grok-4.20-multi-agent");
  EXPECT_EQ(in_place_of("kwaipilot/kat-coder-pro").front(), "kwaipilot/kat-coder-pro-v2");
  EXPECT_EQ(in_place_of("reka/reka-edge").front(), "rekaai/reka-edge");
  EXPECT_EQ(in_place_of("stepfun/step-3.5-flash:free").front(), "stepfun/step-3.5-flash");
  EXPECT_EQ(in_place_of("openai/gpt-4o:extended").front(), "openai/gpt-4o");
  EXPECT_EQ(in_place_of("anthropic/claude-3.5-sonnet").front(), "anthropic/claude-sonnet-4.6");
  // Announced in time.
  EXPECT_EQ(in_place_of("anthropic/claude-3.7-sonnet").front(), "anthropic/claude-sonnet-4.6");
  // A family that ended: others that can do as much for about as much.
  EXPECT_EQ(in_place_of("inception/mercury").size(), 3U);
  EXPECT_FALSE(in_place_of("eleutherai/llemma_7b").empty());
}

}  // namespace
}  // namespace tollway::catalog
