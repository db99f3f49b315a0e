#include <utility>

#include "base/decimal.hpp"
#include "client/cost_breakdown.hpp"
#include "client/pricing_rows.hpp"

namespace tollway {

std::optional<UsageCounts> UsageCounts::of(const Usage& usage) {
  if (!usage.prompt_tokens || !usage.completion_tokens) return std::nullopt;
  UsageCounts counts;
  counts.input = *usage.prompt_tokens;
  counts.output = *usage.completion_tokens;
  counts.cache_read = usage.cached_tokens.value_or(0);
  counts.cache_write_5m = usage.cache_write_tokens.value_or(0);
  counts.input_audio = usage.input_audio_tokens.value_or(0);
  counts.input_image = usage.input_image_tokens.value_or(0);
  counts.reasoning = usage.reasoning_tokens.value_or(0);
  counts.output_audio = usage.output_audio_tokens.value_or(0);
  counts.output_image = usage.output_image_tokens.value_or(0);
  return counts;
}

namespace client {
namespace {

constexpr int price_places = 15;

llm::MeteredUsage metered(const UsageCounts& counts) {
  return {.input = counts.input,
          .cache_read = counts.cache_read,
          .cache_write_5m = counts.cache_write_5m,
          .cache_write_1h = counts.cache_write_1h,
          .input_audio = counts.input_audio,
          .cache_read_audio = counts.cache_read_audio,
          .input_image = counts.input_image,
          .input_video = counts.input_video,
          .output = counts.output,
          .reasoning = counts.reasoning,
          .output_audio = counts.output_audio,
          .output_image = counts.output_image,
          .output_video = counts.output_video,
          .input_image_pieces = counts.input_image_pieces,
          .output_image_pieces = counts.output_image_pieces,
          .web_searches = counts.web_searches};
}

bool is_other(pricing::Unit unit) {
  return unit == pricing::Unit::request || unit == pricing::Unit::web_search;
}

CostLine line_of(const pricing::CostLine& line) {
  CostLine shown{.unit = std::string(pricing::name_of(line.unit)),
                 .quantity = line.quantity,
                 .unit_dollars = {},
                 .cost = line.amount};
  if (line.price) shown.unit_dollars = format_decimal(line.price->femtodollars, price_places);
  return shown;
}

}  // namespace

Result<CostBreakdown> break_down(const UsageCounts& usage, std::optional<ModelPricing> pricing,
                                 PriceTime at) {
  static const pricing::Rates unknown{};
  const auto* rates = pricing ? rates_at(*pricing, at) : nullptr;
  const auto cost = pricing::cost_of(metered(usage), rates == nullptr ? unknown : *rates);
  if (!cost) return std::unexpected(cost.error());
  CostBreakdown shown;
  shown.other_cost = Money{};
  for (const auto& line : cost->lines) {
    shown.lines.push_back(line_of(line));
    if (!is_other(line.unit)) continue;
    if (!line.amount) {
      shown.other_cost.reset();
    } else if (shown.other_cost) {
      shown.other_cost->nanodollars += line.amount->nanodollars;  // the total, which is more, fits
    }
  }
  shown.prompt_cost = cost->prompt;
  shown.completion_cost = cost->completion;
  shown.total_cost = cost->total;
  if (rates == nullptr) {  // of a call that used nothing, too: it may cost by the request
    shown.prompt_cost.reset();
    shown.completion_cost.reset();
    shown.other_cost.reset();
    shown.total_cost.reset();
  }
  shown.pricing_used = std::move(pricing);
  return shown;
}

}  // namespace client

CostCalculator::CostCalculator(PricingFetcher fetcher) : fetcher_(std::move(fetcher)) {}
CostCalculator::~CostCalculator() = default;
CostCalculator::CostCalculator(const CostCalculator&) = default;
CostCalculator& CostCalculator::operator=(const CostCalculator&) = default;

Result<CostBreakdown> CostCalculator::calculate_cost(const CostRecord& record) const {
  const auto at = record.at.value_or(client::price_time_now());
  return client::break_down(
      record.usage,
      fetcher_.get_model_pricing(record.model, record.provider, record.service_tier, at), at);
}

void CostCalculator::async_calculate_cost(CostRecord record,
                                          std::function<void(Result<CostBreakdown>)> done) const {
  auto model = record.model;
  auto provider = record.provider;
  auto tier = record.service_tier;
  const auto at = record.at.value_or(client::price_time_now());
  fetcher_.async_get_model_pricing(
      std::move(model), std::move(provider), std::move(tier),
      [record = std::move(record), done = std::move(done),
       at](Result<std::optional<ModelPricing>> pricing) {
        if (!pricing) return done(std::unexpected(std::move(pricing.error())));
        done(client::break_down(record.usage, std::move(*pricing), at));
      },
      at);
}

std::vector<Result<CostBreakdown>> CostCalculator::calculate_batch_costs(
    std::span<const CostRecord> records) const {
  std::vector<Result<CostBreakdown>> costs;
  costs.reserve(records.size());
  for (const auto& record : records) costs.push_back(calculate_cost(record));
  return costs;
}

}  // namespace tollway
