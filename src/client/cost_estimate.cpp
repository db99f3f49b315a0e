#include <algorithm>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "client/cost_breakdown.hpp"
#include "client/model_capabilities.hpp"
#include "client/pricing_rows.hpp"
#include "tokenizer/tokenizer.hpp"

namespace tollway {
namespace {

bool is_known_to_tokenizer(std::string_view provider, std::string_view model) {
  if (model.starts_with("openai/")) return !model.starts_with("openai/gpt-oss");
  return (provider == "openai" || provider == "azure") && model.find('/') == model.npos;
}

// What the model's answers had on average; nullopt without any.
std::optional<std::int64_t> usual_output(const EstimateRequest& request) {
  std::int64_t sum = 0;
  std::int64_t calls = 0;
  for (const auto& record : request.history) {
    if (record.model != request.model || record.provider != request.provider) continue;
    if (record.usage.output < 0 || __builtin_add_overflow(sum, record.usage.output, &sum)) continue;
    ++calls;
  }
  if (calls == 0) return std::nullopt;
  return sum / calls + (sum % calls * 2 >= calls ? 1 : 0);
}

bool supports(const std::vector<std::string>& known, const std::vector<std::string>& needed) {
  return std::ranges::all_of(needed, [&known](const std::string& one) {
    return std::ranges::find(known, one) != known.end();
  });
}

bool is_capable(const ModelPricing& pricing, std::string_view provider, const Workload& workload) {
  const auto tokens = workload.input_tokens + workload.output_tokens;
  if (!pricing.context_length || *pricing.context_length < tokens) return false;
  const auto longest = client::max_output_tokens(provider, pricing.model);
  if (longest && *longest < workload.output_tokens) return false;
  return supports(pricing.rows->parameters, workload.parameters) &&
         supports(pricing.rows->input_modalities, workload.input_modalities);
}

}  // namespace

Result<CostEstimate> CostCalculator::estimate(const EstimateRequest& request) const {
  CostEstimate estimate;
  if (request.prompt_tokens) {
    estimate.prompt_tokens = *request.prompt_tokens;
    estimate.tokens_exact = true;
  } else {
    const auto encoding = tokenizer::encoding_of(request.model);
    estimate.prompt_tokens =
        static_cast<std::int64_t>(tokenizer::Tokenizer::get(encoding).count(request.prompt));
    estimate.tokens_exact = is_known_to_tokenizer(request.provider, request.model);
  }
  estimate.output_tokens = usual_output(request);
  if (!estimate.output_tokens) estimate.output_tokens = request.max_tokens;
  if (request.max_tokens) {
    estimate.output_tokens = std::min(*estimate.output_tokens, *request.max_tokens);
  }
  const auto pricing = fetcher_.get_model_pricing(request.model, request.provider);
  const auto now = client::price_time_now();
  UsageCounts usage;
  usage.input = estimate.prompt_tokens;
  usage.output = estimate.output_tokens.value_or(0);
  auto expected = client::break_down(usage, pricing, now);
  if (!expected) return std::unexpected(std::move(expected.error()));
  usage.output = request.max_tokens.value_or(0);
  auto at_most = client::break_down(usage, pricing, now);
  if (!at_most) return std::unexpected(std::move(at_most.error()));
  if (!request.max_tokens) {
    at_most->completion_cost.reset();
    at_most->total_cost.reset();
  }
  estimate.expected = std::move(*expected);
  estimate.at_most = std::move(*at_most);
  return estimate;
}

Result<std::vector<ModelOffer>> CostCalculator::cheapest(const Workload& workload) const {
  UsageCounts usage;
  usage.input = workload.input_tokens;
  usage.output = workload.output_tokens;
  usage.cache_read = workload.cached_tokens;
  const auto now = client::price_time_now();
  if (auto checked = client::break_down(usage, {}, now); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  std::vector<ModelOffer> offers;
  const auto add_all = [&](std::string_view name) {
    const auto provider = client::lower(name);
    for (auto& pricing : fetcher_.get_all_pricing(provider)) {
      if (!is_capable(pricing, provider, workload)) continue;
      const auto cost = client::break_down(usage, pricing, now);
      if (!cost || !cost->total_cost) continue;
      if (cost->total_cost->nanodollars == 0 && !workload.free_models) continue;
      offers.push_back({.provider = pricing.provider,
                        .model = pricing.model,
                        .cost = *cost->total_cost,
                        .context_length = pricing.context_length,
                        .pricing = std::move(pricing)});
    }
  };
  if (workload.provider.empty()) {
    for (const auto& one : fetcher_.providers().all) add_all(one->info().provider_key);
  } else {
    add_all(workload.provider);
  }
  const auto count = std::min(workload.count, offers.size());
  std::ranges::partial_sort(
      offers, offers.begin() + static_cast<std::ptrdiff_t>(count), {},
      [](const ModelOffer& offer) { return std::tie(offer.cost, offer.provider, offer.model); });
  offers.resize(count,
                {.provider = {}, .model = {}, .cost = {}, .context_length = {}, .pricing = {}});
  return offers;
}

}  // namespace tollway
