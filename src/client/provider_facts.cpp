#include "client/provider_facts.hpp"

#include <algorithm>

#include "providers/model_list.hpp"

namespace tollway {

namespace client {

void ContextWindows::remember(const std::vector<ModelInfo>& models) {
  const std::scoped_lock lock(mutex_);
  sizes_.clear();
  for (const ModelInfo& model : models) {
    if (model.context_length) sizes_[model.id] = *model.context_length;
  }
}

std::optional<std::int64_t> ContextWindows::of(std::string_view model) const {
  const std::scoped_lock lock(mutex_);
  const auto found = sizes_.find(model);
  return found == sizes_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace client

std::shared_ptr<const OpenAICompatibleProvider::Facts> ProviderMaker::facts(
    providers::DescriptionPointer description) {
  auto facts = std::make_shared<OpenAICompatibleProvider::Facts>();
  facts->info = {
      .provider_name = description->name,
      .provider_key = providers::public_key(*description),
      .api_key_setting = description->api_key_setting(),
      .base_url_setting = description->base_url_setting(),
      .default_base_url = description->default_base_url,
      .default_model = description->default_model,
      .company_name = description->company,
      .region = description->region,
      .country = description->country,
      .data_location = description->data_location,
      .is_cloud = !description->local,
  };
  facts->description = std::move(description);
  return facts;
}

std::shared_ptr<const Provider> ProviderMaker::make(providers::DescriptionPointer description) {
  // The built-in facts about OpenRouter are the class's; a descriptor that replaces them is not.
  if (description->key == "openrouter" && !description->operators_own) {
    return std::make_shared<const OpenRouterProvider>();
  }
  struct Made final : OpenAICompatibleProvider {
    using OpenAICompatibleProvider::OpenAICompatibleProvider;
    explicit Made(std::shared_ptr<const Facts> facts)
        : OpenAICompatibleProvider(std::move(facts)) {}
  };
  return std::make_shared<const Made>(facts(std::move(description)));
}

const OpenAICompatibleProvider::Facts* ProviderMaker::facts_of(const Provider& provider) {
  const auto* compatible = dynamic_cast<const OpenAICompatibleProvider*>(&provider);
  return compatible == nullptr ? nullptr : compatible->facts_.get();
}

const providers::Description* ProviderMaker::description_of(const Provider& provider) {
  const auto* facts = facts_of(provider);
  return facts == nullptr ? nullptr : facts->description.get();
}

}  // namespace tollway
