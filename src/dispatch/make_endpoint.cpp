#include "dispatch/make_endpoint.hpp"

#include <algorithm>
#include <chrono>

#include "catalog/names.hpp"

namespace tollway::dispatch {
namespace {

using catalog::PriceKey;
using routing::Modality;
using routing::Parameter;

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
  });
  return made;
}

routing::Parameters every_parameter() {
  routing::Parameters all;
  for (auto i = 0; i <= static_cast<int>(Parameter::verbosity); ++i) {
    all.add(static_cast<Parameter>(i));
  }
  return all;
}

routing::Modalities every_modality() {
  routing::Modalities all;
  for (auto i = 0; i <= static_cast<int>(Modality::transcription); ++i) {
    all.add(static_cast<Modality>(i));
  }
  return all;
}

routing::Parameters parameters_of(const std::vector<std::string>& names) {
  if (names.empty()) return every_parameter();
  routing::Parameters all;
  for (const std::string& name : names) {
    if (const auto parameter = routing::parameter_named(name)) all.add(*parameter);
  }
  return all;
}

// A word that is new to us may stand for anything, and so excludes nothing.
routing::Modalities modalities_of(const std::vector<std::string>& names) {
  if (names.empty()) return every_modality();
  routing::Modalities all;
  for (const std::string& name : names) {
    const auto modality = routing::modality_named(name);
    if (!modality) return every_modality();
    all.add(*modality);
  }
  return all;
}

routing::EndpointPrices prices_of(const catalog::Prices& prices) {
  if (!prices.known()) return {};
  return {.prompt = prices[PriceKey::prompt],
          .completion = prices[PriceKey::completion],
          .request = prices[PriceKey::request],
          .cache_read = prices[PriceKey::input_cache_read],
          .image = prices[PriceKey::image],
          .audio = prices[PriceKey::audio]};
}

routing::EndpointPrices prices_of(const pricing::Rates& rates) {
  const auto price = [&rates](pricing::Unit unit) -> std::optional<std::int64_t> {
    const auto& tiered = rate(rates, unit);
    return tiered ? std::optional(tiered->base.femtodollars) : std::nullopt;
  };
  return {.prompt = price(pricing::Unit::input),
          .completion = price(pricing::Unit::output),
          .request = price(pricing::Unit::request),
          .cache_read = price(pricing::Unit::cache_read),
          .image = std::nullopt,
          .audio = price(pricing::Unit::input_audio)};
}

// As what was used is billed: what the provider states, else what a sheet has. A model's author
// sells at the list price; what others take for it nobody can guess.
routing::EndpointPrices prices_of(const providers::Description& provider,
                                  const catalog::Model& model, const catalog::Offer& offer,
                                  const pricing::Rates* rates) {
  if (offer.prices.known()) return prices_of(offer.prices);
  if (rates != nullptr) return prices_of(*rates);
  const bool by_author = catalog::author_of(model.id) == catalog::author_of_provider(provider.key);
  return by_author ? prices_of(model.prices) : routing::EndpointPrices{};
}

llm::ServiceTier service_of(routing::Tier tier) {
  if (tier == routing::Tier::flex) return llm::ServiceTier::flex;
  return tier == routing::Tier::priority ? llm::ServiceTier::priority : llm::ServiceTier::standard;
}

}  // namespace

routing::Endpoint make_unlisted_endpoint(const providers::Description& provider,
                                         std::string_view model) {
  routing::Endpoint made;
  made.meta = provider.chooses_providers;
  made.parameters = every_parameter();
  made.input = made.output = every_modality();
  made.provider = provider.key;
  std::ranges::replace(made.provider, '_', '-');
  made.tag = made.provider;
  made.name = lower(provider.name);
  made.author = catalog::author_of_provider(provider.key);
  made.model = model;
  routing::index_names(made);
  if (!provider.local) return made;
  made.data = {.collects = false, .zero_retention = true, .distillable = false};
  made.prices = {
      .prompt = 0, .completion = 0, .request = 0, .cache_read = 0, .image = 0, .audio = 0};
  return made;
}

routing::Endpoint make_endpoint(const providers::Description& provider, const catalog::Model& model,
                                const catalog::Offer& offer, const pricing::Rates* rates) {
  routing::Endpoint made = make_unlisted_endpoint(provider, model.id);
  if (!provider.local) made.prices = prices_of(provider, model, offer, rates);
  made.context_length = offer.context_length ? offer.context_length : model.context_length;
  made.output_tokens_max =
      offer.max_output_tokens ? offer.max_output_tokens : model.max_output_tokens;
  const auto& parameters = offer.supported_parameters;
  made.parameters = parameters_of(parameters.empty() ? model.supported_parameters : parameters);
  made.input = modalities_of(model.input_modalities);
  made.output = modalities_of(model.output_modalities);
  return made;
}

void sell_in(routing::Endpoint& endpoint, routing::Tier tier, const pricing::Rates& rates) {
  endpoint.tier = tier;
  endpoint.prices = prices_of(rates);
  endpoint.tag += tier == routing::Tier::flex ? "/flex" : "/priority";
  routing::index_names(endpoint);
}

void apply(const Upstream& upstream, routing::Endpoint& endpoint) {
  endpoint.key_weight = upstream.weight;
  endpoint.weight = upstream.routing_weight;
  const StatedPolicy& said = upstream.policy;
  routing::DataPolicy& data = endpoint.data;
  data.collects = said.collects.value_or(data.collects);
  data.zero_retention = said.zero_retention.value_or(data.zero_retention);
  data.distillable = said.distillable.value_or(data.distillable);
  endpoint.quantization = said.quantization;
}

std::optional<routing::Endpoint> make_priced_endpoint(const providers::Description& provider,
                                                      const catalog::Model& model,
                                                      const catalog::Offer& offer,
                                                      routing::Tier tier,
                                                      const pricing::PriceSheet* overrides) {
  const auto service = service_of(tier);
  const bool standard = tier == routing::Tier::standard;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto vendor = pricing::sheet_name(offer.provider);
  const auto rates_in = [&](const pricing::PriceSheet* sheet) -> const pricing::Rates* {
    const auto found = sheet == nullptr ? std::nullopt : sheet->find(vendor, offer.model);
    if (!found || !found->model->has_prices(service)) return nullptr;
    return found->model->rates(now, service);
  };
  const bool stated = standard && offer.prices.known();
  const auto* const own = stated ? nullptr : rates_in(overrides);
  const auto* const rates = own != nullptr ? own : rates_in(&pricing::PriceSheet::built_in());
  if (!standard && rates == nullptr) return std::nullopt;
  auto made = make_endpoint(provider, model, offer, rates);
  if (!standard) sell_in(made, tier, *rates);
  if (overrides == nullptr || own != nullptr || provider.local) return made;
  const auto granted = overrides->discount(vendor, offer.model, service, now);
  if (granted) reduce(made.prices, *granted);
  return made;
}

void reduce(routing::EndpointPrices& prices, pricing::Discount discount) {
  for (auto* price : {&prices.prompt, &prices.completion, &prices.request, &prices.cache_read,
                      &prices.image, &prices.audio}) {
    if (*price) *price = pricing::reduced(pricing::Price{**price}, discount).femtodollars;
  }
}

}  // namespace tollway::dispatch
