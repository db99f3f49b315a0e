#include "catalog/changes.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "catalog/change_json.hpp"
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
  for (int i = 0; i < 10; ++i) {
    const auto kind = static_cast<Change::Kind>(i);
    EXPECT_EQ(change_named(name_of(kind)), kind);
  }
  EXPECT_EQ(change_named("sideways"), std::nullopt);
}

std::string priced(std::string_view pricing) {
  return list(
      {R"({"id":"a/m","canonical_slug":"a/m","architecture":{"tokenizer":"GPT"},"pricing":)" +
       std::string(pricing) + "}"});
}

// By night half the price; the list of the day shows the one, that of the night the other.
std::string of_two_windows(std::string_view now, std::string_view by_night) {
  return priced(R"({"prompt":")" + std::string(now) + R"(","completion":"1","overrides":[)" +
                R"({"utc_start":0,"utc_end":800,"prompt":")" + std::string(by_night) +
                R"("},{"utc_start":800,"utc_end":0,"prompt":"0.000002"}]})");
}

TEST(Changes, the_time_of_day_is_none) {
  const auto day = catalogue_of(of_two_windows("0.000002", "0.000001"));
  const auto night = catalogue_of(of_two_windows("0.000001", "0.000001"));
  EXPECT_THAT(told(changes_between(*day, *night)), ElementsAre());
  const auto dearer = catalogue_of(of_two_windows("0.000002", "0.0000015"));
  EXPECT_THAT(told(changes_between(*day, *dearer)), ElementsAre("a/m price_up"));
}

TEST(Changes, dearer_long_prompts_are_one) {
  const auto with_long = [](std::string_view price) {
    return catalogue_of(priced(R"({"prompt":"0.000001","completion":"0.000001","overrides":[)"
                               R"({"min_prompt_tokens":200000,"prompt":")" +
                               std::string(price) + R"("}]})"));
  };
  const auto before = with_long("0.000002");
  const auto changes = changes_between(*before, *with_long("0.000004"));
  ASSERT_THAT(told(changes), ElementsAre("a/m price_up"));
  ASSERT_EQ(changes.front().prices.size(), 1U);
  const auto& price = changes.front().prices.front();
  EXPECT_EQ(price.above_prompt_tokens, 200'000);
  EXPECT_EQ(price.before, 2'000'000'000);
  EXPECT_EQ(price.after, 4'000'000'000);
  const auto kept = read_change(change_json(changes.front()));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->prices.front().above_prompt_tokens, 200'000);
  EXPECT_EQ(kept->provider, "openrouter");
}

// What two providers list, the first of them OpenRouter.
std::unique_ptr<Catalogue> of_two(std::string_view openrouters, std::string_view others) {
  std::vector<Listing> listings;
  listings.push_back(
      *read_listing(*providers::find(providers::built_in(), "openrouter"), openrouters, 0));
  listings.push_back(*read_listing(*providers::find(providers::built_in(), "together"), others, 0));
  return std::make_unique<Catalogue>(listings);
}

TEST(Changes, are_each_offers_own) {
  const auto openrouters = list({row("a/m", "0.000001", "0.000001")});
  const auto together = [](std::string_view price) {
    return R"([{"id":"a/m","pricing":{"input":)" + std::string(price) + R"(,"output":1}}])";
  };
  const auto before = of_two(openrouters, together("1"));
  const auto dearer = changes_between(*before, *of_two(openrouters, together("2")));
  ASSERT_THAT(told(dearer), ElementsAre("a/m price_up"));
  EXPECT_EQ(dearer.front().provider, "together");
  const auto less = of_two(openrouters, "[]");
  const auto gone = changes_between(*before, *less);
  ASSERT_THAT(told(gone), ElementsAre("a/m offer_removed"));
  EXPECT_EQ(gone.front().provider, "together");
  EXPECT_THAT(told(changes_between(*less, *before)), ElementsAre("a/m offer_added"));
  // Who is configured to be asked for it has it no more, whoever else does.
  const auto configured = check_configured("a/m", *before, *less, "together");
  EXPECT_EQ(configured.state, ConfiguredModel::State::gone);
  EXPECT_THAT(warning_about(configured),
              testing::StartsWith("the model a/m is offered no more (but still by OpenRouter)"));
  EXPECT_EQ(check_configured("a/m", *before, *less).state, ConfiguredModel::State::available);
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
