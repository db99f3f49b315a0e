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
