#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "tollway/pricing.hpp"

namespace tollway {
namespace {

// A provider whose list has one model that no sheet knows.
class Listing final : public OpenAICompatibleProvider {
 public:
  explicit Listing(std::string key) : OpenAICompatibleProvider(info_of(std::move(key))) {}
  [[nodiscard]] Result<std::vector<ModelInfo>> list_models(const SettingsSnapshot&) const override {
    ++asked;
    ModelInfo model;
    model.id = "listed-today";
    model.context_length = 100'000;
    model.pricing_json = R"({"prompt":"0.000000001","completion":"0.000000002"})";
    return std::vector{model};
  }
  mutable std::atomic<int> asked = 0;

 private:
  static ProviderInfo info_of(std::string key) {
    ProviderInfo info;
    info.provider_name = key;
    info.provider_key = std::move(key);
    info.default_base_url = "https://models.example/v1";
    return info;
  }
};

struct Asked {
  std::shared_ptr<Listing> openai = std::make_shared<Listing>("OPENAI");
  std::shared_ptr<Listing> mistral = std::make_shared<Listing>("MISTRAL");

  [[nodiscard]] CostCalculator calculator() const {
    Providers providers;
    providers.all = {openai, mistral};
    auto fetcher = PricingFetcher::create({.settings = {}, .providers = providers, .cache = {}});
    EXPECT_TRUE(fetcher);
    return CostCalculator(*fetcher);
  }
};

// Made before the calculator, whose end waits until nobody calls done() any more.
template <class T>
class Awaited {
 public:
  std::function<void(Result<T>)> done() {
    return [this](Result<T> result) { promise_.set_value(std::move(result)); };
  }
  Result<T> get() { return promise_.get_future().get(); }

 private:
  std::promise<Result<T>> promise_;
};

CostRecord call_of(std::string provider, std::int64_t output = 0) {
  CostRecord record;
  record.provider = std::move(provider);
  record.model = "listed-today";
  record.usage.input = 1000;
  record.usage.output = output;
  return record;
}

TEST(CostAsync, a_batch_asks_each_provider_once) {
  const Asked asked;
  Awaited<std::vector<Result<CostBreakdown>>> batch;
  const auto calculator = asked.calculator();
  calculator.async_calculate_batch_costs(
      {call_of("openai"), call_of("mistral"), call_of("openai", -1), call_of("nobody"),
       call_of("openai")},
      batch.done());
  const auto costs = batch.get();
  ASSERT_TRUE(costs) << costs.error().message;
  ASSERT_EQ(costs->size(), 5U);
  for (const std::size_t priced : {0U, 1U, 4U}) {
    ASSERT_TRUE((*costs)[priced] && (*costs)[priced]->total_cost) << priced;
    EXPECT_EQ((*costs)[priced]->total_cost->to_string(), "0.000001");
  }
  EXPECT_FALSE((*costs)[2]);
  ASSERT_TRUE((*costs)[3]);
  EXPECT_FALSE((*costs)[3]->total_cost);
  EXPECT_EQ(asked.openai->asked, 1);
  EXPECT_EQ(asked.mistral->asked, 1);
}

TEST(CostAsync, what_blocks_asks_nobody) {
  const Asked asked;
  const auto calculator = asked.calculator();
  const std::vector records{call_of("openai")};
  EXPECT_FALSE(calculator.calculate_cost(records[0])->total_cost);
  EXPECT_FALSE(calculator.calculate_batch_costs(records)[0]->total_cost);
  EXPECT_FALSE(calculator.summarize(records)->total_cost);
  EstimateRequest request;
  request.provider = "openai";
  request.model = "listed-today";
  EXPECT_FALSE(calculator.estimate(request)->expected.total_cost);
  EXPECT_TRUE(calculator.cheapest({}));
  EXPECT_EQ(asked.openai->asked + asked.mistral->asked, 0);
}

TEST(CostAsync, a_sum_is_of_what_the_providers_say_now) {
  const Asked asked;
  Awaited<CostSummary> awaited;
  const auto calculator = asked.calculator();
  calculator.async_summarize({call_of("openai"), call_of("mistral")}, awaited.done());
  const auto summary = awaited.get();
  ASSERT_TRUE(summary && summary->total_cost);
  EXPECT_EQ(summary->total_cost->to_string(), "0.000002");
  EXPECT_EQ(summary->models.size(), 2U);
}

TEST(CostAsync, an_estimate_copies_its_history) {
  const Asked asked;
  Awaited<CostEstimate> awaited;
  const auto calculator = asked.calculator();
  EstimateRequest request;
  request.provider = "openai";
  request.model = "listed-today";
  request.prompt_tokens = 1000;
  {
    const std::vector history{call_of("openai", 500)};
    request.history = history;
    calculator.async_estimate(request, awaited.done());
  }
  const auto estimate = awaited.get();
  ASSERT_TRUE(estimate && estimate->expected.total_cost);
  EXPECT_EQ(estimate->output_tokens, 500);
  EXPECT_EQ(estimate->expected.total_cost->to_string(), "0.000002");
}

TEST(CostAsync, the_cheapest_is_looked_for_at_every_provider_that_can_be_used) {
  const Asked asked;
  Awaited<std::vector<ModelOffer>> awaited;
  Awaited<std::vector<ModelOffer>> refused;
  const auto calculator = asked.calculator();
  Workload workload;
  workload.input_tokens = 1000;
  workload.free_models = false;
  workload.count = 2;
  calculator.async_cheapest(workload, awaited.done());
  const auto offers = awaited.get();
  ASSERT_TRUE(offers);
  ASSERT_EQ(offers->size(), 2U);
  EXPECT_EQ((*offers)[0].model, "listed-today");
  EXPECT_EQ((*offers)[1].model, "listed-today");
  EXPECT_EQ(asked.openai->asked, 1);
  EXPECT_EQ(asked.mistral->asked, 1);

  workload.input_tokens = -1;
  calculator.async_cheapest(workload, refused.done());
  const auto none = refused.get();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::bad_request);
}

}  // namespace
}  // namespace tollway
