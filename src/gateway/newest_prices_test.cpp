#include "gateway/newest_prices.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "providers/descriptor.hpp"

namespace tollway::gateway {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

const system_clock::time_point start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

// OpenRouter's list, with that price of a token in.
catalog::CataloguePointer priced(std::string_view dollars) {
  const auto body = fmt::format(
      R"({{"data":[{{"id":"openai/gpt-4o","canonical_slug":"openai/gpt-4o",)"
      R"("architecture":{{"tokenizer":"GPT"}},"pricing":{{"prompt":"{}","completion":"0.00002"}}}}]}})",
      dollars);
  const auto provider = providers::find(providers::built_in(), "openrouter");
  auto read = catalog::read_listing(*provider, body, 1000);
  EXPECT_TRUE(read) << read.error().message;
  const std::vector<catalog::Listing> all{std::move(*read)};
  return std::make_shared<const catalog::Catalogue>(all);
}

std::int64_t input_price(Prices& prices, system_clock::time_point at) {
  const auto* const rates = prices.find("openrouter", "openai/gpt-4o", at).rates;
  if (rates == nullptr) return -1;
  const auto& input = (*rates)[static_cast<std::size_t>(pricing::Unit::input)];
  return input ? input->at(1).femtodollars : -1;
}

TEST(NewestPrices, M11_what_a_request_holds_stays_when_prices_change) {
  auto newest = priced("0.000007");
  NewestPrices prices({}, [&newest] { return newest; });
  const auto held = prices.at(start);
  EXPECT_EQ(input_price(*held, start), 7'000'000'000);
  EXPECT_EQ(prices.at(start + seconds(2)), held) << "nothing is new";
  newest = priced("0.000008");
  const auto later = start + seconds(4);
  const auto next = prices.at(later);
  EXPECT_EQ(input_price(*next, later), 8'000'000'000);
  EXPECT_EQ(input_price(*held, later), 7'000'000'000);
  prices.use(nullptr);
  EXPECT_NE(prices.at(later), next) << "the operator's may be others";
}

}  // namespace
}  // namespace tollway::gateway
