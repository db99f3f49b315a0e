// Prices and costs as a program on Asio asks for them.
#include <boost/asio.hpp>

#include "library/model_under_test.hpp"
#include "tollway/openrouter.hpp"
#include "tollway/pricing_asio.hpp"

namespace tollway {
namespace {

namespace asio = boost::asio;
using test::FaultUpstream;

struct Seen {
  Result<CostBreakdown> cost = CostBreakdown{};
  std::size_t all = 0;
  bool on_own_thread = false;
};

asio::awaitable<void> price(PricingFetcher fetcher, Seen& seen) {
  const auto own = std::this_thread::get_id();
  const CostCalculator calculator(fetcher);
  CostRecord record;
  record.provider = "openrouter";
  record.model = "author/model";
  record.usage.input = 1000;
  record.usage.cache_read = 600;
  record.usage.output = 10;
  seen.cost = co_await async_calculate_cost(calculator, record, asio::use_awaitable);
  seen.on_own_thread = own == std::this_thread::get_id();
  const auto all = co_await async_get_all_pricing(fetcher, "openrouter", asio::use_awaitable);
  if (all) seen.all = all->size();
}

// Everything that needs prices, and how much of it got them.
asio::awaitable<void> price_it_all(PricingFetcher fetcher, std::vector<std::string>& seen) {
  const CostCalculator calculator(fetcher);
  CostRecord record;
  record.provider = "openrouter";
  record.model = "author/model";
  record.usage.input = 1000;
  record.usage.output = 10;
  const std::vector records{record};
  const auto shown = [](const auto& result, auto cost) {
    return result ? cost(*result).value_or(Money{-1}).to_string() : result.error().message;
  };
  const auto batch = co_await async_calculate_batch_costs(calculator, records, asio::use_awaitable);
  seen.push_back(shown(batch, [](const auto& costs) { return costs.at(0)->total_cost; }));
  const auto summary = co_await async_summarize(calculator, records, asio::use_awaitable);
  seen.push_back(shown(summary, [](const CostSummary& sum) { return sum.total_cost; }));
  EstimateRequest request;
  request.provider = "openrouter";
  request.model = "author/model";
  request.prompt_tokens = 1000;
  request.history = records;
  const auto estimate = co_await async_estimate(calculator, request, asio::use_awaitable);
  seen.push_back(shown(estimate, [](const CostEstimate& one) { return one.expected.total_cost; }));
  Workload workload;
  workload.provider = "openrouter";
  workload.input_tokens = 1000;
  workload.free_models = false;
  workload.count = 1;
  const auto offers = co_await async_cheapest(calculator, workload, asio::use_awaitable);
  seen.push_back(shown(offers, [](const auto& all) { return std::optional(all.at(0).cost); }));
  const auto flex = co_await async_get_model_pricing(fetcher, "author/model", "openrouter", "flex",
                                                     PriceTime{}, asio::use_awaitable);
  seen.emplace_back(flex && !*flex ? "no such tier" : "the standard tier's, or an error");
  const auto standard =
      co_await async_get_model_pricing(fetcher, "author/model", "openrouter", asio::use_awaitable);
  seen.emplace_back(standard && *standard ? "there" : "missing");
}

TEST(PricingLibrary, awaits_prices_of_a_providers_list) {
  FaultUpstream upstream(FaultUpstream::answering([](const test::Request&) {
    return test::json_answer(
        R"({"data":[{"id":"author/model","pricing":{"prompt":"0.000002","completion":"0.00001",)"
        R"("input_cache_read":"0.0000005"}}]})");
  }));
  const auto settings = SettingsSnapshot::from({{"llm.openrouter.url", upstream.url()}});
  ASSERT_TRUE(settings) << settings.error().message;
  asio::io_context io;
  auto fetcher = PricingFetcher::create({.settings = *settings, .providers = {}, .cache = nullptr});
  ASSERT_TRUE(fetcher);
  Seen seen;
  asio::co_spawn(io, price(*fetcher, seen), asio::detached);
  io.run();
  ASSERT_TRUE(seen.cost && seen.cost->total_cost);
  EXPECT_EQ(seen.cost->total_cost->to_string(), "0.0012");  // 400 in, 600 cached, 10 out
  EXPECT_EQ(seen.cost->pricing_used->source, PricingSource::provider_api);
  EXPECT_GT(seen.all, 100U);
  EXPECT_TRUE(seen.on_own_thread);
  const auto statistics = fetcher->cache().statistics();
  EXPECT_EQ(statistics.fetched, 1U);
  EXPECT_GE(statistics.hits, 1U);
}

TEST(PricingLibrary, awaits_all_that_needs_prices) {
  FaultUpstream upstream(FaultUpstream::answering([](const test::Request&) {
    return test::json_answer(R"({"data":[{"id":"author/model","context_length":9000,)"
                             R"("pricing":{"prompt":"0.000000001","completion":"0.0000001"}}]})");
  }));
  const auto settings = SettingsSnapshot::from({{"llm.openrouter.url", upstream.url()}});
  ASSERT_TRUE(settings) << settings.error().message;
  asio::io_context io;
  auto fetcher = PricingFetcher::create({.settings = *settings, .providers = {}, .cache = nullptr});
  ASSERT_TRUE(fetcher);
  std::vector<std::string> seen;
  asio::co_spawn(io, price_it_all(*fetcher, seen), asio::detached);
  io.run();
  const std::vector<std::string> expected{"0.000002", "0.000002",     "0.000002",
                                          "0.000001", "no such tier", "there"};
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(fetcher->cache().statistics().fetched, 1U);
}

client::ChatModelOptions priced(const std::string& url) {
  auto options = test::options_for(url);
  options.provider_key = "OPENAI";
  options.model = "gpt-4o";
  options.max_retries = 0;
  return options;
}

// 2.5 dollars a million in, 10 out; the prompt is "Hello", and eight tokens with what is around it.
constexpr std::string_view cost_of_two_words = "0.00004";

// U08: what was produced is charged.
TEST(PricingLibrary, a_stream_that_is_cut_has_an_estimated_cost) {
  FaultUpstream upstream([](test::UpstreamConnection& connection) {
    connection.read_request();
    connection.send(test::sse_head() + test::chunk(test::text_event("hello")) +
                    test::chunk(test::text_event(" world")));
  });
  const auto model = test::make_model(priced(upstream.url()));
  auto stream = model.stream(test::hello());
  ASSERT_TRUE(stream) << stream.error().message;
  const auto drained = test::drain(*stream);
  EXPECT_FALSE(drained.result);
  const auto& reply = stream->reply();
  EXPECT_TRUE(reply.usage.estimated);
  EXPECT_EQ(reply.usage.prompt_tokens, 8);
  EXPECT_EQ(reply.usage.completion_tokens, 2);
  ASSERT_TRUE(reply.cost);
  EXPECT_EQ(reply.cost->to_string(), cost_of_two_words);
  EXPECT_EQ(reply.cost_kind, CostKind::estimated);
}

TEST(PricingLibrary, a_stream_that_is_cancelled_has_an_estimated_cost) {
  FaultUpstream upstream([](test::UpstreamConnection& connection) {
    connection.read_request();
    connection.send(test::sse_head() + test::chunk(test::text_event("hello world")));
    connection.stall_until_hangup();
  });
  const auto model = test::make_model(priced(upstream.url()));
  auto stream = model.stream(test::hello());
  ASSERT_TRUE(stream);
  ASSERT_TRUE(stream->next());
  stream->cancel();
  ASSERT_FALSE(stream->next());
  const auto& reply = stream->reply();
  EXPECT_TRUE(reply.usage.estimated);
  ASSERT_TRUE(reply.cost);
  EXPECT_EQ(reply.cost->to_string(), cost_of_two_words);
  EXPECT_EQ(reply.cost_kind, CostKind::estimated);
}

}  // namespace
}  // namespace tollway
