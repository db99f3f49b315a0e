#include "client/pricing_rows.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "base/decimal.hpp"
#include "catalog/listing.hpp"
#include "pricing/openrouter_prices.hpp"
#include "pricing/stated_at.hpp"

namespace tollway {
namespace client {
namespace {

namespace json = boost::json;
using pricing::PricedModel;
using pricing::Unit;

constexpr int price_places = 15;

// {"id", "pricing"} as OpenRouter's lists have them; null where the model has no price.
json::value listed_row(const ModelInfo& model) {
  json::value pricing = nullptr;
  if (!model.pricing_json.empty()) {
    boost::system::error_code code;
    pricing = json::parse(model.pricing_json, code);
  } else if (model.prompt_price && model.completion_price) {
    pricing =
        json::object{{"prompt", *model.prompt_price}, {"completion", *model.completion_price}};
  }
  if (!pricing.is_object()) return nullptr;
  return json::object{{"id", model.id}, {"pricing", std::move(pricing)}};
}

struct Capabilities {
  std::optional<std::int64_t> context_length;
  std::vector<std::string> parameters;
  std::vector<std::string> input_modalities;
};

// Rows in OpenRouter's shape and, by id, what their models can do.
template <class CapabilitiesOf>
std::vector<ModelPricing> read_rows(json::array rows, const ModelPricing& common,
                                    const CapabilitiesOf& capabilities_of) {
  std::vector<std::string> problems;
  auto listed = pricing::read_openrouter_prices(
      json::serialize(json::object{{"data", std::move(rows)}}), problems);
  std::vector<ModelPricing> all;
  if (!listed) return all;
  auto models = std::make_shared<std::vector<PricedModel>>();
  models->reserve(listed->size());  // pointers into it are kept
  for (auto& row : *listed) {
    auto& model = models->emplace_back();
    model.id = std::move(row.id);
    model.periods = std::move(row.periods);
    Capabilities can = capabilities_of(model.id);
    ModelPricing pricing = common;
    pricing.model = model.id;
    pricing.context_length = can.context_length;
    pricing.rows = std::make_shared<const ModelPricing::Rows>(
        ModelPricing::Rows{.model = &model,
                           .owner = models,
                           .parameters = std::move(can.parameters),
                           .input_modalities = std::move(can.input_modalities)});
    all.push_back(std::move(pricing));
  }
  std::ranges::sort(all, {}, [](const ModelPricing& one) { return lower(one.model); });
  return all;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  });
  return lowered;
}

PriceTime price_time_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

const pricing::Rates* rates_at(const ModelPricing& pricing, PriceTime at) noexcept {
  if (pricing.rows == nullptr) return nullptr;
  return pricing.rows->model->rates(at, pricing.rows->tier);
}

ModelPricing pricing_of(const pricing::VendorSheet& sheet, const PricedModel& model,
                        PricingSource source, std::shared_ptr<const void> owner,
                        llm::ServiceTier tier) {
  const bool standard = tier == llm::ServiceTier::standard;
  ModelPricing pricing;
  pricing.provider = sheet.provider;
  pricing.model = model.id;
  pricing.source = source;
  pricing.source_name = standard ? sheet.source : sheet.tier_source;
  if (!model.source.empty()) pricing.source_name = model.source;
  pricing.as_of = pricing::stated_at(sheet, model, tier);
  pricing.context_length = model.context_length;
  if (!standard) pricing.service_tier = name_of(tier);
  pricing.rows =
      std::make_shared<const ModelPricing::Rows>(ModelPricing::Rows{.model = &model,
                                                                    .owner = std::move(owner),
                                                                    .parameters = {},
                                                                    .input_modalities = {},
                                                                    .tier = tier});
  return pricing;
}

ModelPricing local_pricing(const ProviderInfo& provider, std::string_view model) {
  static const PricedModel free = [] {
    PricedModel made;
    made.periods.resize(1);
    for (const auto unit : {Unit::input, Unit::output, Unit::web_search}) {
      made.periods.front().rates[static_cast<std::size_t>(unit)].emplace();
    }
    return made;
  }();
  ModelPricing pricing;
  pricing.provider = lower(provider.provider_key);
  pricing.model = model;
  pricing.source = PricingSource::local;
  pricing.source_name = provider.provider_name + " runs on your own machine";
  pricing.rows = std::make_shared<const ModelPricing::Rows>(
      ModelPricing::Rows{.model = &free, .owner = {}, .parameters = {}, .input_modalities = {}});
  return pricing;
}

std::vector<ModelPricing> listed_prices(const ProviderInfo& provider,
                                        const std::vector<ModelInfo>& models, PriceTime as_of) {
  json::array rows;
  for (const auto& model : models) {
    if (auto row = listed_row(model); row.is_object()) rows.push_back(std::move(row));
  }
  ModelPricing common;
  common.provider = lower(provider.provider_key);
  common.source = PricingSource::provider_api;
  common.source_name = provider.provider_name + "'s list of models";
  common.as_of = as_of;
  return read_rows(std::move(rows), common, [&models](std::string_view id) {
    const auto model = std::ranges::find(models, id, &ModelInfo::id);
    return Capabilities{.context_length = model->context_length,
                        .parameters = model->supported_parameters,
                        .input_modalities = model->input_modalities};
  });
}

const std::vector<ModelPricing>& built_in_listing_prices() {
  static const auto prices = [] {
    const auto& listing = catalog::built_in_listing();
    json::array rows;
    for (const auto& model : listing.models) {
      boost::system::error_code code;
      if (auto row = json::parse(model.row, code); !code) rows.push_back(std::move(row));
    }
    ModelPricing common;
    common.provider = listing.provider;
    common.source_name = "OpenRouter's list of models, built in";
    common.as_of = PriceTime(std::chrono::seconds(listing.as_of));
    return read_rows(std::move(rows), common, [&listing](std::string_view id) {
      const auto model = std::ranges::find(listing.models, id, &catalog::Model::id);
      if (model == listing.models.end()) return Capabilities{};
      return Capabilities{.context_length = model->context_length,
                          .parameters = model->supported_parameters,
                          .input_modalities = model->input_modalities};
    });
  }();
  return prices;
}

const ModelPricing* find_pricing(const std::vector<ModelPricing>& in_order,
                                 std::string_view model) {
  const auto name = lower(model);
  const auto found = std::ranges::lower_bound(
      in_order, name, {}, [](const ModelPricing& one) { return lower(one.model); });
  return found != in_order.end() && lower(found->model) == name ? &*found : nullptr;
}

}  // namespace client

std::string_view name_of(PricingSource source) noexcept {
  static constexpr std::array<std::string_view, 4> names{"provider_api", "override", "built_in",
                                                         "local"};
  return names[static_cast<std::size_t>(source)];
}

std::vector<UnitPrice> ModelPricing::prices(PriceTime at) const {
  std::vector<UnitPrice> all;
  const auto* rates = client::rates_at(*this, at);
  if (rates == nullptr) return all;
  const auto dollars = [](pricing::Price price) {
    return format_decimal(price.femtodollars, client::price_places);
  };
  for (std::size_t i = 0; i < pricing::unit_count; ++i) {
    const auto& rate = (*rates)[i];
    if (!rate) continue;
    UnitPrice price{.unit = std::string(pricing::name_of(static_cast<pricing::Unit>(i))),
                    .dollars = dollars(rate->base),
                    .tiers = {}};
    for (const auto& tier : rate->tiers) {
      price.tiers.push_back(
          {.above_prompt_tokens = tier.above_prompt_tokens, .dollars = dollars(tier.price)});
    }
    all.push_back(std::move(price));
  }
  return all;
}

std::optional<std::chrono::seconds> ModelPricing::age(PriceTime now) const {
  if (!as_of) return std::nullopt;
  return now - *as_of;
}

}  // namespace tollway
