#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "tollway/pricing.hpp"

namespace tollway {
namespace {

using namespace std::chrono_literals;

// A provider whose list is the test's.
class Listing final : public OpenAICompatibleProvider {
 public:
  explicit Listing(std::vector<ModelInfo> models)
      : OpenAICompatibleProvider(info_of()), models_(std::move(models)) {}
  [[nodiscard]] Result<std::vector<ModelInfo>> list_models(const SettingsSnapshot&) const override {
    ++asked;
    if (fails)
      return std::unexpected(Error{.code = Errc::connect_failed, .message = "no", .context = {}});
    return models_;
  }
  mutable std::atomic<int> asked = 0;
  std::atomic<bool> fails = false;

 private:
  static ProviderInfo info_of() {
    ProviderInfo info;
    info.provider_name = "OpenAI";
    info.provider_key = "OPENAI";
    info.default_base_url = "http://127.0.0.1:9/v1";
    return info;
  }
  std::vector<ModelInfo> models_;
};

std::shared_ptr<Listing> listing() {
  ModelInfo plain;
  plain.id = "gpt-4o";
  plain.prompt_price = "0.000001";
  plain.completion_price = "0.000002";
  ModelInfo whole;
  whole.id = "cached";
  whole.pricing_json =
      R"({"prompt":"0.000001","completion":"0.000002","input_cache_read":"0.0000001"})";
  ModelInfo dynamic;
  dynamic.id = "auto";
  dynamic.pricing_json = R"({"prompt":"-1","completion":"-1"})";
  ModelInfo silent;
  silent.id = "silent";
  return std::make_shared<Listing>(std::vector{plain, whole, dynamic, silent});
}

PricingFetcher fetcher_of(const std::shared_ptr<Listing>& provider) {
  Providers providers;
  providers.all.push_back(provider);
  auto settings = SettingsSnapshot::from(
      {{"pricing.overrides", R"([{"provider":"openai","model":"gpt-4o","input":7,"output":8},)"
                             R"({"provider":"openai","model":"own","input":7,"output":8}])"}});
  auto fetcher =
      PricingFetcher::create({.settings = *settings, .providers = providers, .cache = {}});
  EXPECT_TRUE(fetcher);
  return *fetcher;
}

PricingSource source_of(const std::optional<ModelPricing>& pricing) {
  EXPECT_TRUE(pricing);
  return pricing ? pricing->source : PricingSource::local;
}

TEST(PricingFetcher, takes_sources_in_order) {
  const auto provider = listing();
  const auto fetcher = fetcher_of(provider);
  EXPECT_EQ(source_of(fetcher.get_model_pricing("gpt-4o", "openai")),
            PricingSource::override_price);
  EXPECT_EQ(provider->asked, 0);  // the plain functions ask nobody
  ASSERT_TRUE(fetcher.refresh("openai"));
  ASSERT_TRUE(fetcher.refresh("OPENAI"));
  EXPECT_EQ(provider->asked, 1);
  const auto listed = fetcher.get_model_pricing("GPT-4o", "openai");
  EXPECT_EQ(source_of(listed), PricingSource::provider_api);
  EXPECT_EQ(listed->prices({})[0].dollars, "0.000001");
  EXPECT_TRUE(listed->as_of);
  EXPECT_EQ(source_of(fetcher.get_model_pricing("own", "openai")), PricingSource::override_price);
  EXPECT_EQ(source_of(fetcher.get_model_pricing("gpt-4", "openai")), PricingSource::built_in);
  EXPECT_FALSE(fetcher.get_model_pricing("silent", "openai"));
  EXPECT_EQ(fetcher.get_model_pricing("cached", "openai")->prices({}).size(), 3U);
  EXPECT_TRUE(fetcher.get_model_pricing("auto", "openai")->prices({}).empty());
}

TEST(PricingFetcher, by_name_alone) {
  const auto fetcher = fetcher_of(listing());
  EXPECT_EQ(fetcher.get_model_pricing("anthropic/claude-sonnet-4.5")->provider, "anthropic");
  EXPECT_EQ(fetcher.get_model_pricing("claude-sonnet-4-5")->provider, "anthropic");
  EXPECT_TRUE(fetcher.get_model_pricing("openai/gpt-4o", "openrouter"));
  EXPECT_FALSE(fetcher.get_model_pricing("no-such-model"));
  EXPECT_FALSE(fetcher.get_model_pricing("gpt-4o", "no-such-provider"));
}

std::string dollars(const std::optional<ModelPricing>& pricing, std::string_view unit) {
  if (!pricing) return "no pricing";
  for (const auto& price : pricing->prices(pricing->as_of.value_or(PriceTime{}))) {
    if (price.unit == unit) return price.dollars;
  }
  return "not priced";
}

TEST(PricingFetcher, of_the_built_in_lists_openrouters_own_comes_before_the_sheet) {
  const auto fetcher = fetcher_of(listing());
  const auto claude = fetcher.get_model_pricing("anthropic/claude-3.7-sonnet", "openrouter");
  EXPECT_EQ(dollars(claude, "cache_read"), "0.0000003");
  const auto gemini = fetcher.get_model_pricing("google/gemini-2.5-flash", "openrouter");
  EXPECT_EQ(dollars(gemini, "cache_read"), "0.00000003");
  EXPECT_EQ(dollars(gemini, "input_audio"), "0.000001");
  EXPECT_EQ(gemini->source_name, "OpenRouter's list of models, built in");
  for (const auto& one : fetcher.get_all_pricing("openrouter")) {
    if (one.model != claude->model) continue;
    EXPECT_EQ(dollars(one, "cache_read"), "0.0000003") << "among all of them, too";
  }
}

// What a list leaves out the sheet knows: the cached token of gpt-4o at 1.25 dollars a million.
TEST(PricingFetcher, a_list_is_filled_up_by_the_sheet_that_agrees_with_it) {
  ModelInfo same;
  same.id = "gpt-4o";
  same.pricing_json = R"({"prompt":"0.0000025","completion":"0.00001","web_search":"0.03"})";
  Providers providers;
  providers.all.push_back(std::make_shared<Listing>(std::vector{same}));
  const auto fetcher =
      PricingFetcher::create({.settings = {}, .providers = providers, .cache = {}});
  ASSERT_TRUE(fetcher && fetcher->refresh("openai"));
  const auto pricing = fetcher->get_model_pricing("gpt-4o", "openai");
  EXPECT_EQ(source_of(pricing), PricingSource::provider_api);
  EXPECT_EQ(dollars(pricing, "cache_read"), "0.00000125");
  EXPECT_EQ(dollars(pricing, "web_search"), "0.03");
}

TEST(PricingFetcher, openrouter_has_no_model_without_an_author) {
  const auto fetcher = fetcher_of(listing());
  EXPECT_TRUE(fetcher.get_model_pricing("openai/gpt-4o-2024-08-06", "openrouter"));
  EXPECT_FALSE(fetcher.get_model_pricing("gpt-4o-2024-08-06", "openrouter"));
}

TEST(PricingFetcher, a_name_alone_is_looked_for_in_its_makers_list_that_was_fetched) {
  const auto fetcher = fetcher_of(listing());
  EXPECT_EQ(source_of(fetcher.get_model_pricing("gpt-4o")), PricingSource::override_price);
  EXPECT_FALSE(fetcher.get_model_pricing("cached"));
  ASSERT_TRUE(fetcher.refresh("openai"));
  for (const auto* const name : {"gpt-4o", "openai/gpt-4o", "cached", "openai/cached"}) {
    EXPECT_EQ(source_of(fetcher.get_model_pricing(name)), PricingSource::provider_api) << name;
  }
  EXPECT_FALSE(fetcher.get_model_pricing("anthropic/cached")) << "which is another's";
  EXPECT_FALSE(fetcher.get_model_pricing("cached", {}, "flex")) << "of another tier";
}

TEST(PricingFetcher, lists_each_model_once) {
  const auto fetcher = fetcher_of(listing());
  ASSERT_TRUE(fetcher.refresh("openai"));
  const auto all = fetcher.get_all_pricing("openai");
  EXPECT_GT(all.size(), 20U);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_NE(all[i - 1].model, all[i].model);
}

TEST(PricingFetcher, refuses_overrides_that_are_none) {
  for (const auto* const text :
       {R"({"a":1})", R"([1])", R"([{"provider":"openai"}])", R"([{"provider":"a","model":"b"}])",
        R"([{"provider":"a","model":"b","inptu":1}])",
        R"([{"provider":"a","model":"*","input":1}])",
        R"([{"provider":"a","model":"b","discount":1.5}])",
        R"([{"provider":"a","model":"b","input":1,"to":"soon"}])",
        R"([{"provider":"a","model":"b","input":1,"from":"2027-01-02","to":"2027-01-01"}])",
        R"([{"provider":"a","model":"b","input":-1}])"}) {
    const auto settings = SettingsSnapshot::from({{"pricing.overrides", text}});
    ASSERT_TRUE(settings) << text;
    const auto fetcher =
        PricingFetcher::create({.settings = *settings, .providers = {}, .cache = {}});
    ASSERT_FALSE(fetcher) << text;
    EXPECT_NE(fetcher.error().message.find("pricing.overrides"), std::string::npos);
  }
}

TEST(PricingFetcher, awaits_the_provider_and_does_without_it) {
  const auto provider = listing();
  const auto fetcher = fetcher_of(provider);
  provider->fails = true;
  EXPECT_FALSE(fetcher.refresh("openai"));
  const CostCalculator calculator(fetcher);
  const auto cost_of = [&](std::string model) {
    std::promise<Result<CostBreakdown>> promise;
    UsageCounts usage;
    usage.input = 1000;
    calculator.async_calculate_cost(
        {.provider = "openai", .model = std::move(model), .usage = usage, .at = {}},
        [&promise](Result<CostBreakdown> cost) { promise.set_value(std::move(cost)); });
    return promise.get_future().get();
  };
  EXPECT_EQ(source_of(cost_of("gpt-4o")->pricing_used), PricingSource::override_price);
  provider->fails = false;
  const auto cost = cost_of("gpt-4o");
  EXPECT_EQ(source_of(cost->pricing_used), PricingSource::provider_api);
  EXPECT_EQ(cost->total_cost->to_string(), "0.001");
}

PricingCache::Prices some_prices() {
  return std::make_shared<const std::vector<ModelPricing>>(2);
}

TEST(PricingCache, forgets_after_its_time_and_above_its_size) {
  auto now = std::chrono::steady_clock::time_point(1h);
  PricingCache cache({.ttl = 10min, .providers_max = 2, .now = [&now] { return now; }});
  EXPECT_EQ(cache.get("a"), nullptr);
  cache.put("A", some_prices());
  EXPECT_NE(cache.get("a"), nullptr);
  now += 9min;
  cache.put("b", some_prices());
  EXPECT_NE(cache.get("a"), nullptr);
  now += 1min;
  EXPECT_EQ(cache.get("a"), nullptr);
  cache.put("a", some_prices());
  now += 1s;
  EXPECT_NE(cache.get("b"), nullptr);
  cache.put("c", some_prices());
  EXPECT_EQ(cache.get("a"), nullptr);  // b was used later
  const auto statistics = cache.statistics();
  EXPECT_EQ(statistics.providers, 2U);
  EXPECT_EQ(statistics.models, 4U);
  EXPECT_EQ(statistics.hits, 3U);
  EXPECT_EQ(statistics.misses, 3U);
  EXPECT_EQ(statistics.expired, 1U);
  EXPECT_EQ(statistics.evicted, 1U);
  cache.clear();
  EXPECT_EQ(cache.get("b"), nullptr);
  EXPECT_EQ(cache.statistics().providers, 0U);
}

TEST(PricingCache, many_ask_and_one_fetches) {
  PricingCache cache;
  constexpr int askers = 8;
  std::atomic<int> fetches = 0;
  std::latch all_there(askers);
  const auto ask = [&] {
    all_there.arrive_and_wait();
    const auto prices = cache.get_or_fetch("a", [&]() -> Result<PricingCache::Prices> {
      ++fetches;
      // Until the others wait for this one, or have come too late to.
      while (cache.statistics().joined + 1 < askers) std::this_thread::yield();
      return some_prices();
    });
    EXPECT_TRUE(prices && *prices != nullptr);
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < askers; ++i) threads.emplace_back(ask);
  threads.clear();
  EXPECT_EQ(fetches, 1);
  EXPECT_EQ(cache.statistics().joined, static_cast<std::uint64_t>(askers - 1));
}

TEST(PricingCache, failures_are_not_kept) {
  PricingCache cache;
  const auto fail = []() -> Result<PricingCache::Prices> {
    return std::unexpected(Error{.code = Errc::connect_failed, .message = "no", .context = {}});
  };
  EXPECT_FALSE(cache.get_or_fetch("a", fail));
  EXPECT_TRUE(cache.get_or_fetch("a", [] { return Result<PricingCache::Prices>(some_prices()); }));
  EXPECT_EQ(cache.statistics().failed, 1U);
  EXPECT_EQ(cache.statistics().fetched, 2U);
}

}  // namespace
}  // namespace tollway
