#include "usage_prices.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "base/decimal.hpp"
#include "dialects/usage/usage_layouts.hpp"
#include "pricing/cost.hpp"

namespace tollway::oracle {
namespace {

using dialects::UsageLayout;

constexpr std::array<std::string_view, 14> carried{
    "anthropic", "openai", "google", "aws",      "azure",      "groq",      "mistral",
    "deepseek",  "cohere", "x-ai",   "cerebras", "openrouter", "fireworks", "together"};

const json::value* usage_of(const json::object& body, UsageLayout layout, std::string_view flavor) {
  if (layout == UsageLayout::gemini_generate) return body.if_contains("usageMetadata");
  if (layout == UsageLayout::cohere_billed && flavor == "embeddings")
    return body.if_contains("meta");
  return body.if_contains("usage");
}

std::string_view model_of(const json::object& body, UsageLayout layout) {
  const auto* model =
      body.if_contains(layout == UsageLayout::gemini_generate ? "modelVersion" : "model");
  return model != nullptr && model->is_string() ? std::string_view(model->get_string()) : "";
}

std::optional<std::int64_t> theirs_of(const json::object& entry) {
  std::optional<std::int64_t> sum;
  for (const auto* name : {"input_price", "output_price"}) {
    const auto* value = entry.if_contains(name);
    if (value == nullptr) continue;
    sum = sum.value_or(0) + parse_decimal(std::string_view(value->get_string()), 15).value();
  }
  return sum;
}

Pair compare(const json::object& body, const json::object& entry) {
  Pair pair;
  pair.provider = entry.at("provider_id").get_string();
  pair.flavor = entry.at("api_flavor").get_string();
  pair.theirs_femtodollars = theirs_of(entry);
  const auto layout = dialects::usage_layout(pair.provider, pair.flavor).value();
  pair.model = model_of(body, layout);
  const auto* usage = usage_of(body, layout, pair.flavor);
  pair.usage_object = usage;
  if (usage == nullptr) return pair;
  if (auto read = dialects::read_usage(layout, *usage)) pair.usage = *read;
  const auto found = pricing::PriceSheet::built_in().find(pair.provider, pair.model);
  if (!pair.usage || !found) return pair;
  const auto cost = pricing::cost_of(*pair.usage, found->model->rates(priced_at));
  if (!cost || !cost->total) return pair;
  pair.ours_nanodollars = cost->total->nanodollars;
  pair.lines = cost->lines.size();
  return pair;
}

}  // namespace

json::value read_rows() {
  std::ifstream file(TOLLWAY_SHARED "/catalog/usage-prices.json");
  if (!file) return nullptr;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return json::parse(text);
}

std::vector<Pair> pairs_of(const json::value& rows) {
  std::vector<Pair> pairs;
  for (const auto& row : rows.get_array()) {
    const auto& body = row.at("body").get_object();
    for (const auto& extracted : row.at("extracted").get_array()) {
      for (const auto& entry : extracted.at("extractors").get_array()) {
        const auto pair = compare(body, entry.get_object());
        if (std::ranges::find(carried, pair.provider) != carried.end()) pairs.push_back(pair);
      }
    }
  }
  return pairs;
}

bool is_equal(std::optional<std::int64_t> theirs_femtodollars,
              std::optional<std::int64_t> ours_nanodollars, std::size_t lines) {
  if (theirs_femtodollars.has_value() != ours_nanodollars.has_value()) return false;
  if (!theirs_femtodollars) return true;
  const auto difference = *theirs_femtodollars - *ours_nanodollars * 1'000'000;
  return std::abs(difference) <= 500'000 * static_cast<std::int64_t>(lines);
}

}  // namespace tollway::oracle
