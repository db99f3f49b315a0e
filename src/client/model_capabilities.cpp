#include "client/model_capabilities.hpp"

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "catalog/catalogue.hpp"
#include "client/pricing_lookup.hpp"

namespace tollway::client {
namespace {

const catalog::Model* built_in_model(std::string_view provider, std::string_view model) {
  static const catalog::Catalogue built_in(std::span(&catalog::built_in_listing(), 1));
  const auto author = catalog::author_of_provider(provider);
  const bool resells = provider == resells_at_the_makers_prices;
  if (model.contains('/') && !resells && catalog::author_of(model) != author) return nullptr;
  std::string slug(model);
  if (!model.contains('/')) slug = std::string(author) + "/" + slug;
  const auto found = built_in.find(slug);
  if (!found || found->by == catalog::NamedBy::vendor) return nullptr;
  return found->target;
}

}  // namespace

ModelPricing with_capabilities(ModelPricing pricing, std::string_view provider) {
  const auto& known = *pricing.rows;
  const bool is_complete =
      pricing.context_length && !known.parameters.empty() && !known.input_modalities.empty();
  const auto* const model = is_complete ? nullptr : built_in_model(provider, pricing.model);
  if (model == nullptr) return pricing;
  if (!pricing.context_length) pricing.context_length = model->context_length;
  auto rows = known;
  if (rows.parameters.empty()) rows.parameters = model->supported_parameters;
  if (rows.input_modalities.empty()) rows.input_modalities = model->input_modalities;
  pricing.rows = std::make_shared<const ModelPricing::Rows>(std::move(rows));
  return pricing;
}

std::optional<std::int64_t> max_output_tokens(std::string_view provider, std::string_view model) {
  const auto* const known = built_in_model(provider, model);
  return known == nullptr ? std::nullopt : known->max_output_tokens;
}

}  // namespace tollway::client
