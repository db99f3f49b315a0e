// Providers: companies and servers that answer model requests.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tollway/chat_model.hpp"
#include "tollway/error.hpp"
#include "tollway/export.hpp"
#include "tollway/money.hpp"
#include "tollway/runtime.hpp"
#include "tollway/settings.hpp"

namespace tollway {

// What is known of a provider before anything is configured.
struct ProviderInfo {
  std::string provider_name;     // "OpenRouter"
  std::string provider_key;      // "OPENROUTER"; keys compare without regard to case
  std::string api_key_setting;   // "llm.openrouter.api_key"; empty: needs no key
  std::string base_url_setting;  // "llm.openrouter.url"
  std::string default_base_url;
  std::string default_model;
  std::string company_name;
  std::string region;
  std::string country;
  std::string data_location;
  bool is_cloud = true;
};

// One model of a provider's list.
struct ModelInfo {
  std::string id;  // as the provider spells it in a request
  std::string name;
  std::string provider;  // the provider's key
  std::optional<std::int64_t> context_length;
  std::optional<std::int64_t> max_output_tokens;
  // Dollars a token as decimal text ("0.0000025"); nullopt: not stated. "0" is free.
  std::optional<std::string> prompt_price;
  std::optional<std::string> completion_price;
  std::string pricing_json;  // all prices as OpenRouter's lists state them, a JSON object; or empty
  std::vector<std::string> input_modalities;  // "text", "image"
  std::vector<std::string> output_modalities;
  std::vector<std::string> supported_parameters;
  std::optional<std::int64_t> created;  // Unix seconds
  std::optional<bool> loaded;           // of a local server: in memory now
};

// What create_llm() takes besides model and temperature.
struct LlmOptions {
  SettingsSnapshot settings;
  std::optional<std::int64_t>
      max_tokens;  // before the setting; capped at 80 % of the context window
  std::optional<std::chrono::milliseconds> request_timeout;  // 1 s to 30 min
  std::optional<int> max_retries;                            // 0 to 10
  std::shared_ptr<Runtime> runtime;                          // null: Runtime::shared()
};

// Whether a provider can be used, and if not, why and what to do.
struct Availability {
  bool available = false;
  std::string reason;
  // Of local servers that say so: requests that wait, and whether a model is being loaded.
  std::optional<int> queued;
  std::optional<bool> loading;
  explicit operator bool() const noexcept { return available; }
};

// Implementations are immutable and thread-safe.
class TOLLWAY_API Provider {
 public:
  virtual ~Provider();
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  [[nodiscard]] virtual const ProviderInfo& info() const noexcept = 0;
  // An empty model name takes llm.model, then the provider's default; without temperature,
  // llm.temperature (0.7), which is left out for a model that answers that it takes none; one that
  // is given here or in a request is always sent. Errc::not_configured where no model or a needed
  // key is missing.
  [[nodiscard]] virtual Result<ChatModel> create_llm(std::string_view model_name,
                                                     std::optional<double> temperature,
                                                     const LlmOptions& options) const = 0;
  // Of a cloud provider: is a key set (nothing is sent). Of a local one: does it answer within two
  // seconds. Blocks no longer than that.
  [[nodiscard]] virtual Availability is_available(const SettingsSnapshot& settings) const = 0;
  [[nodiscard]] virtual bool requires_auth_for_models() const noexcept = 0;
  // Asks the provider. `api_key` may be null where none is needed; an empty `base_url` takes the
  // default. A base URL given here is the program's own word, so it may lead to private addresses;
  // check one of a user's with check_provider_url() first. Blocks, at most 30 seconds.
  [[nodiscard]] virtual Result<std::vector<ModelInfo>> list_models_for_api(
      const Secret* api_key, std::string_view base_url) const = 0;
  // The same with key and base URL from the settings.
  [[nodiscard]] virtual Result<std::vector<ModelInfo>> list_models(
      const SettingsSnapshot& settings) const = 0;
  // Asks the provider whether it accepts the key, where the settings say it is; the key that they
  // hold is left alone. Errc::unauthenticated: refused; not_found: this provider has no way to tell
  // before the key is used. Unless overridden, lists models with it where that takes a key. Blocks,
  // at most 30 seconds.
  [[nodiscard]] virtual Result<> check_key(const Secret& key,
                                           const SettingsSnapshot& settings) const;

 protected:
  Provider() = default;
};

// A provider that speaks OpenAI's chat completions. Enough for most: derive and pass your
// ProviderInfo, or drop a descriptor into the configuration folder (docs/adding_a_provider.md).
class TOLLWAY_API OpenAICompatibleProvider : public Provider {
 public:
  explicit OpenAICompatibleProvider(ProviderInfo info);
  ~OpenAICompatibleProvider() override;

  [[nodiscard]] const ProviderInfo& info() const noexcept override;
  [[nodiscard]] Result<ChatModel> create_llm(std::string_view model_name,
                                             std::optional<double> temperature,
                                             const LlmOptions& options) const override;
  [[nodiscard]] Availability is_available(const SettingsSnapshot& settings) const override;
  [[nodiscard]] bool requires_auth_for_models() const noexcept override;
  [[nodiscard]] Result<std::vector<ModelInfo>> list_models_for_api(
      const Secret* api_key, std::string_view base_url) const override;
  [[nodiscard]] Result<std::vector<ModelInfo>> list_models(
      const SettingsSnapshot& settings) const override;
  [[nodiscard]] Result<> check_key(const Secret& key,
                                   const SettingsSnapshot& settings) const override;

  struct TOLLWAY_INTERNAL Facts;  // inside the library: a descriptor as read

 protected:
  explicit OpenAICompatibleProvider(std::shared_ptr<const Facts> facts);

 private:
  friend struct ProviderMaker;  // inside the library: providers from descriptors
  std::shared_ptr<const Facts> facts_;
};

// OpenRouter: many vendors' models behind one API. Lists its models without a key.
class TOLLWAY_API OpenRouterProvider final : public OpenAICompatibleProvider {
 public:
  OpenRouterProvider();
};

}  // namespace tollway
