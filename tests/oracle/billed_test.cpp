// Recorded answers of OpenRouter that state their cost: what was billed is read to the nanodollar,
// and ours is within one percent of it, or the difference has a name.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "dialects/usage/usage_layouts.hpp"
#include "http/sse_decoder.hpp"
#include "pricing/cost.hpp"
#include "pricing/openrouter_prices.hpp"
#include "pricing/price_sheet.hpp"
#include "recording/format.hpp"

namespace tollway {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using dialects::UsageLayout;

constexpr auto recordings = TOLLWAY_SHARED "/recordings";

struct Billed {
  std::string id;
  std::string model;
  json::value usage;
  UsageLayout layout = UsageLayout::openai_chat;
  pricing::SystemTime at;
};

std::string bytes_of(const recording::Exchange& exchange) {
  std::string bytes;
  for (const auto& chunk : exchange.chunks) bytes += chunk.data;
  return bytes;
}

UsageLayout layout_of(const recording::Exchange& exchange) {
  const std::string_view path = exchange.path;
  if (path.contains("responses")) return UsageLayout::openai_responses;
  if (path.contains("embeddings")) return UsageLayout::openai_embeddings;
  if (path.contains("messages")) return UsageLayout::anthropic_messages;
  return UsageLayout::openai_chat;
}

// The object with the usage: of a stream the last event that has one.
std::optional<json::object> with_usage(std::string_view bytes) {
  std::optional<json::object> found;
  const auto consider = [&found](std::string_view text) {
    boost::system::error_code code;
    auto parsed = json::parse(text, code);
    if (code || !parsed.is_object()) return;
    auto object = std::move(parsed.get_object());
    if (const auto* response = object.if_contains("response");
        response != nullptr && response->is_object()) {
      auto inner = response->get_object();
      object = std::move(inner);
    }
    const auto* usage = object.if_contains("usage");
    if (usage != nullptr && usage->is_object() && usage->get_object().contains("cost")) {
      found = std::move(object);
    }
  };
  const auto begin = bytes.find_first_not_of(" \n\r\t");
  if (begin != std::string_view::npos && bytes[begin] == '{') {
    consider(bytes.substr(begin));
    return found;
  }
  http::SseDecoder decoder;
  EXPECT_TRUE(decoder.feed(bytes));
  decoder.finish();
  while (const auto event = decoder.next()) consider(event->data);
  return found;
}

std::vector<Billed> all_billed() {
  std::vector<Billed> all;
  for (const auto* vendor : {"openrouter", "openrouter-sdk"}) {
    for (const auto& file : fs::directory_iterator(fs::path(recordings) / vendor)) {
      std::ifstream stream(file.path(), std::ios::binary);
      const auto exchange =
          recording::parse_exchange(std::string(std::istreambuf_iterator<char>(stream), {}));
      EXPECT_TRUE(exchange) << file.path();
      auto object = with_usage(bytes_of(*exchange));
      if (!object) continue;
      const auto* model = object->if_contains("model");
      all.push_back({.id = file.path().stem().string(),
                     .model = model == nullptr ? "" : std::string(model->get_string()),
                     .usage = object->at("usage"),
                     .layout = layout_of(*exchange),
                     .at = {}});
    }
  }
  return all;
}

// Why ours differs from what was billed.
enum class Why : std::uint8_t {
  search,       // a web search at 7 tenths of a cent (Exa) or at the vendor's own price
  inner_model,  // a server tool asked another model
  own_key,      // nothing is billed where the caller's key of the vendor is used
  endpoint,     // another endpoint's price, or that of another day
};
struct Explanation {
  std::string_view id;
  Why why;
  std::int64_t fee_nanodollars;  // of a search; exact
};
constexpr std::array<Explanation, 14> explanations{{
    {"openrouter-test-openrouter-web-search-annotations-stream-0", Why::endpoint, 7'000'000},
    {"openrouter-test-openrouter-web-search-annotations-0", Why::endpoint, 7'000'000},
    {"openrouter-test-openrouter-web-search-tool-usage-stream-0", Why::search, 10'000'000},
    {"openrouter-test-openrouter-web-search-tool-usage-0", Why::search, 10'000'000},
    {"openrouter-test-openrouter-advisor-tool-0", Why::inner_model, 0},
    {"openrouter-test-openrouter-advisor-tool-stream-0", Why::inner_model, 0},
    {"openrouter-test-openrouter-google-nested-schema-0", Why::own_key, 0},
    {"openrouter-test-openrouter-google-nested-schema-1", Why::own_key, 0},
    {"openrouter-test-openrouter-thinking-false-profile-gated-model-0", Why::endpoint, 0},
    {"openrouter-test-ref-sibling-wire-contract-qwen-nested-model-0", Why::endpoint, 0},
    {"lriQhj4rYVD", Why::endpoint, 0},
    {"i2VRzTzhjbW", Why::endpoint, 0},
    {"mRnncLLgtpi", Why::endpoint, 0},
    {"rA1GhV48YFa", Why::endpoint, 0},
}};

// OpenRouter's own list of 1 May 2026.
std::vector<pricing::ListedPrices> listed_prices() {
  std::ifstream file(TOLLWAY_SHARED "/catalog/openrouter-models-2026-05-01.json");
  std::vector<std::string> problems;
  return pricing::read_openrouter_prices(std::string(std::istreambuf_iterator<char>(file), {}),
                                         problems)
      .value();
}

// By OpenRouter's list, else by the built-in sheet: OpenRouter's, then the maker's.
std::optional<pricing::Rates> rates_of(const Billed& row,
                                       const std::vector<pricing::ListedPrices>& listed) {
  const auto own = std::ranges::find_if(listed, [&](const pricing::ListedPrices& prices) {
    return prices.id == row.model || prices.canonical_slug == row.model;
  });
  if (own != listed.end() && !own->periods.empty()) return own->periods.front().rates;
  const auto& sheet = pricing::PriceSheet::built_in();
  auto found = sheet.find("openrouter", row.model);
  if (!found) found = sheet.find_by_name(row.model);
  if (!found) return std::nullopt;
  return found->model->rates(row.at);
}

std::int64_t ours(llm::MeteredUsage usage, const std::optional<pricing::Rates>& rates) {
  if (!rates) return -1;
  usage.web_searches = 0;
  const auto cost = pricing::cost_of(usage, *rates);
  return cost && cost->total ? cost->total->nanodollars : -1;
}

TEST(Billed, equals_what_is_stated_and_ours_is_within_one_percent_or_explained) {
  if (!fs::exists(recordings)) GTEST_SKIP() << "needs " << recordings;
  const auto listed = listed_prices();
  std::size_t within = 0;
  std::size_t explained = 0;
  for (const auto& row : all_billed()) {
    const auto usage = dialects::read_usage(row.layout, row.usage);
    ASSERT_TRUE(usage && usage->stated_cost) << row.id;
    const auto billed = usage->stated_cost->nanodollars;
    EXPECT_EQ(billed, std::llround(row.usage.at("cost").to_number<double>() * 1e9)) << row.id;
    const auto own = ours(*usage, rates_of(row, listed));
    if (std::abs(own - billed) * 100 <= billed) {
      ++within;
      continue;
    }
    const auto* const known = std::ranges::find(explanations, row.id, &Explanation::id);
    if (known == explanations.end()) {
      ADD_FAILURE() << row.id << " " << row.model << ": ours " << own << ", billed " << billed;
      continue;
    }
    ++explained;
    if (known->why == Why::search) {
      EXPECT_LE(std::abs(own + known->fee_nanodollars - billed) * 100, billed) << row.id;
    }
    if (known->why == Why::own_key) EXPECT_EQ(billed, 0) << row.id;
    if (known->why == Why::inner_model) EXPECT_GT(billed, own) << row.id;
  }
  EXPECT_EQ(within, 47U);
  EXPECT_EQ(explained, explanations.size());
}

}  // namespace
}  // namespace tollway
