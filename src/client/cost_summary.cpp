#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/decimal.hpp"
#include "base/error.hpp"
#include "tollway/pricing.hpp"

namespace tollway {
namespace {

constexpr int price_places = 15;
constexpr std::int64_t femto_in_nano = 1'000'000;

__extension__ using Wide = __int128;

// Rounded half to even; both are 0 or more, and the divisor is not 0.
Wide divide(Wide dividend, Wide divisor) {
  const auto whole = dividend / divisor;
  const auto twice = 2 * (dividend % divisor);
  const bool up = twice > divisor || (twice == divisor && whole % 2 != 0);
  return whole + (up ? 1 : 0);
}

Result<> add(ModelSummary& summary, const CostRecord& record, const Result<CostBreakdown>& cost) {
  ++summary.calls;
  if (!cost || !cost->total_cost) {
    ++summary.unknown;
    return {};
  }
  const auto tokens = record.usage.input + record.usage.output;
  if (__builtin_add_overflow(summary.cost.nanodollars, cost->total_cost->nanodollars,
                             &summary.cost.nanodollars) ||
      __builtin_add_overflow(summary.tokens, tokens, &summary.tokens)) {
    return client_error(Errc::bad_request, "the sum of these costs does not fit an amount");
  }
  return {};
}

void take_averages(ModelSummary& summary) {
  const auto priced = summary.calls - summary.unknown;
  if (priced == 0) return;
  summary.average_a_call =
      Money{static_cast<std::int64_t>(divide(summary.cost.nanodollars, static_cast<Wide>(priced)))};
  if (summary.tokens == 0) return;
  const auto femto = divide(Wide{summary.cost.nanodollars} * femto_in_nano, summary.tokens);
  // Always, unless a token costs more than nine thousand dollars.
  if (femto > INT64_MAX) return;
  summary.dollars_a_token = format_decimal(static_cast<std::int64_t>(femto), price_places);
}

}  // namespace

Result<CostSummary> CostCalculator::summarize(std::span<const CostRecord> records) const {
  CostSummary summary;
  std::map<std::pair<std::string, std::string>, ModelSummary> models;
  for (const auto& record : records) {
    const auto cost = calculate_cost(record);
    auto& model = models[{record.provider, record.model}];
    for (auto* sum : {&summary.all, &model}) {
      if (auto added = add(*sum, record, cost); !added) return std::unexpected(added.error());
    }
  }
  take_averages(summary.all);
  for (auto& [names, model] : models) {
    model.provider = names.first;
    model.model = names.second;
    take_averages(model);
    summary.models.push_back(std::move(model));
  }
  std::ranges::sort(summary.models, [](const ModelSummary& a, const ModelSummary& b) {
    return std::tie(b.cost, a.model, a.provider) < std::tie(a.cost, b.model, b.provider);
  });
  if (summary.all.unknown == 0) summary.total_cost = summary.all.cost;
  return summary;
}

}  // namespace tollway
