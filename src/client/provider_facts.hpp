// What a provider object knows, for the library's own sources.
#pragma once

#include <cstdint>
#include <map>
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

// The context windows that a provider's lists have told. Thread-safe.
class ContextWindows {
 public:
  void remember(const std::vector<ModelInfo>& models);
  [[nodiscard]] std::optional<std::int64_t> of(std::string_view model) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t, std::less<>> sizes_;
};

}  // namespace client

struct OpenAICompatibleProvider::Facts {
  ProviderInfo info;
  providers::DescriptionPointer description;
  std::shared_ptr<client::ContextWindows> windows = std::make_shared<client::ContextWindows>();
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
