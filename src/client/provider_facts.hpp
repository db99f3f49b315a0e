// What a provider object knows, for the library's own sources.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/description.hpp"
#include "tollway/provider.hpp"

namespace tollway {

namespace client {

// The models that a provider's list has told, when it was asked for last. Thread-safe.
class ListedModels {
 public:
  void remember(std::vector<ModelInfo> models);
  [[nodiscard]] std::optional<std::int64_t> context_length(std::string_view id) const;
  [[nodiscard]] std::optional<ModelInfo> model(std::string_view id) const;

 private:
  [[nodiscard]] const ModelInfo* find(std::string_view id) const;  // under the lock
  mutable std::mutex mutex_;
  std::vector<ModelInfo> models_;  // by their ids
};

}  // namespace client

struct OpenAICompatibleProvider::Facts {
  ProviderInfo info;
  providers::DescriptionPointer description;
  std::shared_ptr<client::ListedModels> lists = std::make_shared<client::ListedModels>();
};

// The way from descriptors to providers.
struct ProviderMaker {
  [[nodiscard]] static std::shared_ptr<const OpenAICompatibleProvider::Facts> facts(
      providers::DescriptionPointer description);
  [[nodiscard]] static std::shared_ptr<const Provider> make(
      providers::DescriptionPointer description);
  // What stands behind a provider; null for a program's own class.
  [[nodiscard]] static const OpenAICompatibleProvider::Facts* facts_of(const Provider& provider);
  [[nodiscard]] static const providers::Description* description_of(const Provider& provider);
};

}  // namespace tollway
