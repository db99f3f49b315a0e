#include "client/provider_facts.hpp"

#include <algorithm>
#include <utility>

#include "providers/model_list.hpp"

namespace tollway {

namespace client {

void ListedModels::remember(std::vector<ModelInfo> models) {
  std::ranges::sort(models, {}, &ModelInfo::id);
  const std::scoped_lock lock(mutex_);
  models_ = std::move(models);
}

const ModelInfo* ListedModels::find(std::string_view id) const {
  const auto found = std::ranges::lower_bound(models_, id, {}, &ModelInfo::id);
  return found == models_.end() || found->id != id ? nullptr : &*found;
}

std::optional<std::int64_t> ListedModels::context_length(std::string_view id) const {
  const std::scoped_lock lock(mutex_);
  const ModelInfo* const found = find(id);
  return found == nullptr ? std::nullopt : found->context_length;
}

std::optional<ModelInfo> ListedModels::model(std::string_view id) const {
  const std::scoped_lock lock(mutex_);
  const ModelInfo* const found = find(id);
  return found == nullptr ? std::nullopt : std::optional(*found);
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
