#include "spending/reconciliation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tollway::spending {
namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();

Tolerance tolerance(std::string_view text) {
  const auto parsed = Tolerance::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Tolerance());
}

TEST(Tolerance, is_a_share_or_dollars) {
  EXPECT_TRUE(tolerance("1%").allows({100}, {99}));
  EXPECT_FALSE(tolerance("1%").allows({100}, {98}));
  EXPECT_TRUE(tolerance("0.5%").allows({-200}, {-199}));
  EXPECT_TRUE(tolerance("0.000000002").allows({100}, {98}));
  EXPECT_FALSE(tolerance("0.000000002").allows({100}, {97}));
  EXPECT_TRUE(tolerance("0").allows({5}, {5}));
  EXPECT_FALSE(tolerance("0%").allows({5}, {4}));
  EXPECT_TRUE(tolerance("100%").allows({most}, {0}));
  EXPECT_FALSE(tolerance("99.999999999%").allows({most}, {0}));
  EXPECT_FALSE(tolerance("1%").allows({most}, {-most}));
  for (const char* const text : {"", "%", "-1", "101%", "1 %", "cheap", "1e400"}) {
    EXPECT_FALSE(Tolerance::parse(text)) << text;
  }
}

TEST(Difference, never_overflows) {
  EXPECT_EQ(less({3}, {5}), Money{-2});
  EXPECT_EQ(less({most}, {-1}), Money{most});
  EXPECT_EQ(less({-most}, {most}), Money{-most - 1});
  EXPECT_EQ(difference_shown({-most - 1}), "-$9223372036.854775808");
  EXPECT_EQ(difference_shown({0}), "0");
}

TEST(Activity, is_read_to_the_last_digit) {
  const auto rows = read_activity(
      R"({"data":[{"date":"2026-11-20","model":"openai/gpt-4.1",)"
      R"("model_permaslug":"openai/gpt-4.1-2025-04-14","endpoint_id":"e","provider_name":"OpenAI",)"
      R"("usage":900719.925474099 ,"byok_usage_inference":0.012,"requests":5,"prompt_tokens":50,)"
      R"("completion_tokens":125,"reasoning_tokens":25},)"
      R"({"usage":1.2e-7,"requests":1,"date":"2026-11-21 00:00:00","prompt_tokens":0,)"
      R"("completion_tokens":0,"model":"a/b"}]})");
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].cost, Money{900'719'925'474'099});
  EXPECT_EQ((*rows)[0].permaslug, "openai/gpt-4.1-2025-04-14");
  EXPECT_EQ((*rows)[0].output, 125);
  EXPECT_EQ((*rows)[0].byok, Money{12'000'000});
  EXPECT_EQ((*rows)[1].byok, Money{0}) << "not stated";
  EXPECT_EQ((*rows)[1].cost, Money{120});
  EXPECT_EQ((*rows)[1].day - (*rows)[0].day, std::chrono::days(1));
  EXPECT_EQ(read_activity(R"({"data":[]})")->size(), 0U);
}

TEST(Activity, of_another_shape_is_refused) {
  for (const char* const body :
       {"", "[]", "{}", R"({"data":{}})", R"({"data":[1]})", R"({"data":[{}]})", "<html>",
        R"({"data":[{"date":"soon","model":"m","requests":1,"prompt_tokens":1,)"
        R"("completion_tokens":1,"usage":1}]})",
        R"({"data":[{"date":"2026-11-20","model":"m","requests":-1,"prompt_tokens":1,)"
        R"("completion_tokens":1,"usage":1}]})",
        R"({"data":[{"date":"2026-11-20","model":"m","requests":1,"prompt_tokens":1,)"
        R"("completion_tokens":1,"usage":"1"}]})",
        R"({"data":[{"date":"2026-11-20","model":"m","requests":1,"prompt_to)"}) {
    const auto rows = read_activity(body);
    ASSERT_FALSE(rows) << body;
    EXPECT_EQ(rows.error().code, Errc::upstream_invalid);
  }
}

// openapi.yaml, GenerationResponse: every member that it requires.
constexpr std::string_view whole_generation =
    R"({"data":{"id":"gen-3bhGkxlo4XFrqiabUM7NDtwDzWwG","upstream_id":"chatcmpl-1",)"
    R"("total_cost":0.0000015,"cache_discount":null,"upstream_inference_cost":0.0012,)"
    R"("created_at":"2024-07-15T23:33:19.433273+00:00","model":"sao10k/l3-stheno-8b","app_id":12345,)"
    R"("streamed":true,"cancelled":false,"provider_name":"Infermatic","latency":1250,)"
    R"("moderation_latency":50,"generation_time":1200,"finish_reason":"stop","service_tier":"priority",)"
    R"("tokens_prompt":10,"tokens_completion":25,"native_tokens_prompt":10,)"
    R"("native_tokens_completion":25,"native_tokens_completion_images":0,"native_tokens_reasoning":5,)"
    R"("native_tokens_cached":3,"num_media_prompt":1,"num_input_audio_prompt":0,)"
    R"("num_media_completion":0,"num_search_results":5,"num_fetches":0,"web_search_engine":"exa",)"
    R"("origin":"https://openrouter.ai/","usage":0.0000015,"is_byok":true,)"
    R"("native_finish_reason":"stop","external_user":"user-123","api_type":"completions",)"
    R"("preset_id":null,"router":null,"provider_responses":null,"user_agent":null,)"
    R"("http_referer":null,"data_region":"global","workspace_id":null}})";

TEST(GenerationRecord, on_a_key_of_ones_own_has_what_the_vendor_charged) {
  const auto read = read_generation(whole_generation);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->cost, Money{1'500});
  EXPECT_TRUE(read->is_byok);
  EXPECT_EQ(read->upstream_cost, Money{1'200'000});
  EXPECT_EQ(read->input, 10);
  EXPECT_EQ(read->output, 25);
}

TEST(GenerationRecord, has_its_cost_and_what_counts_there_are) {
  const auto read = read_generation(
      R"({"data":{"id":"gen-1","model":"a/b","total_cost":0.0000222,"native_tokens_prompt":12,)"
      R"("native_tokens_completion":null}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->cost, Money{22'200});
  EXPECT_EQ(read->input, 12);
  EXPECT_EQ(read->output, std::nullopt);
  EXPECT_FALSE(read->is_byok);
  EXPECT_EQ(read->upstream_cost, std::nullopt);
  EXPECT_FALSE(read_generation(R"({"data":{"model":"a/b","total_cost":null}})"));
  EXPECT_FALSE(read_generation(R"({"data":{"model":"a/b","total_cost":0,"cost_known":false}})"));
  EXPECT_TRUE(read_generation(R"({"data":{"model":"a/b","total_cost":0,"cost_known":true}})"));
  EXPECT_TRUE(is_generation_id("gen-1790000000-Ab_c.d"));
  for (const char* const id : {"", "a b", "gen/1", "gen&x=1", "g\n"}) {
    EXPECT_FALSE(is_generation_id(id)) << id;
  }
}

TEST(Reconciliation, looks_at_keys_of_ones_own_beside_the_credits) {
  const std::chrono::sys_days day{std::chrono::days(20'000)};
  ledger::UsageRow used;
  used.time = 20'000;
  used.provider = "openrouter";
  used.model = "a/one";
  used.charged = Money{50};
  used.byok = Money{1'000};
  ActivityRow activity{.day = day,
                       .model = "a/one",
                       .permaslug = "a/one",
                       .requests = 1,
                       .cost = Money{50},
                       .byok = Money{1'005}};
  const auto compare = [&] {
    return reconcile(std::span(&used, 1), std::span(&activity, 1), {.from = day, .until = day},
                     tolerance("1%"), [](std::string_view name) { return std::string(name); })
        .front();
  };
  EXPECT_TRUE(compare().agrees);
  EXPECT_EQ(compare().byok_difference(), Money{-5});
  activity.byok = Money{1'100};
  EXPECT_FALSE(compare().agrees);
  EXPECT_EQ(compare().difference(), Money{0});
  EXPECT_FALSE(total_of(std::vector{compare()}, tolerance("1%")).agrees);
}

TEST(Reconciliation, is_by_day_and_model_whatever_it_is_called) {
  const std::chrono::sys_days day{std::chrono::days(20'000)};
  const Days days{.from = day, .until = day + std::chrono::days(1)};
  const auto ledger_row = [&](std::string provider, std::string model, std::int64_t cost) {
    ledger::UsageRow row;
    row.time = 20'000;
    row.provider = std::move(provider);
    row.model = std::move(model);
    row.attempts = row.requests = 1;
    row.charged = Money{cost};
    return row;
  };
  const std::vector<ledger::UsageRow> used{
      ledger_row("openrouter", "a/one-2026", 60), ledger_row("openrouter", "a/one", 40),
      ledger_row("openrouter", "a/two:nitro", 7), ledger_row("openrouter", "a/free", 0),
      ledger_row("openai", "a/one", 1'000)};
  const auto activity_row = [&](const std::string& model, std::int64_t cost, int later = 0) {
    return ActivityRow{.day = day + std::chrono::days(later),
                       .model = model,
                       .permaslug = model + "-2026",
                       .requests = 1,
                       .cost = Money{cost}};
  };
  const std::vector<ActivityRow> activity{activity_row("a/one", 50), activity_row("a/one", 50),
                                          activity_row("a/two", 9), activity_row("a/three", 1, 1),
                                          activity_row("a/three", 1, 2)};
  const NameOf name_of = [](std::string_view name) {
    return std::string(name.substr(0, name.find(':')));
  };
  const auto rows = reconcile(used, activity, days, tolerance("1%"), name_of);
  std::vector<std::string> shown;
  shown.reserve(rows.size());
  for (const auto& row : rows) {
    shown.push_back(row.model + " " + std::string(row.state()) + " " +
                    std::to_string(row.difference().nanodollars));
  }
  EXPECT_THAT(shown, testing::ElementsAre("a/free agrees 0", "a/one agrees 0", "a/two differs -2",
                                          "a/three not_in_ledger -1"));
  const auto total = total_of(rows, tolerance("1%"));
  EXPECT_EQ(total.ledger->cost, Money{107});
  EXPECT_EQ(total.openrouter->cost, Money{110});
  EXPECT_FALSE(total.agrees);
}

}  // namespace
}  // namespace tollway::spending
