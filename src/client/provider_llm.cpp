#include "client/provider_llm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/log.hpp"
#include "client/chat_model_options.hpp"
#include "client/pricing_rows.hpp"
#include "client/routing_options.hpp"
#include "pricing/price_sheet.hpp"
#include "providers/model_list.hpp"
#include "settings/routing_settings.hpp"

namespace tollway::client {
namespace {

using namespace std::chrono_literals;

constexpr auto request_timeout_min = 1s;
constexpr auto request_timeout_max = 30min;
constexpr int retries_max = 10;
constexpr double temperature_default = 0.7;
constexpr double temperature_max = 2;
constexpr std::size_t model_name_bytes_max = 256;

Result<std::string> model_of(const ProviderFacts& facts, std::string_view name,
                             const SettingsSnapshot& settings) {
  std::string model(name);
  if (model.empty()) model = settings.text("llm.model").value_or("");
  if (model.empty()) model = facts.info.default_model;
  if (model.empty()) {
    return client_error(Errc::not_configured,
                        fmt::format("{} has no default model: name one, or set llm.model or the "
                                    "environment variable {}",
                                    facts.info.provider_name, providers::variable_of("llm.model")));
  }
  const bool sendable =
      model.size() <= model_name_bytes_max && std::ranges::all_of(model, [](char byte) {
        return static_cast<unsigned char>(byte) > 0x20 && byte != 0x7f;
      });
  if (sendable) return model;
  return client_error(Errc::bad_request,
                      fmt::format("expected a model's name of at most {} bytes without white space "
                                  "and control characters",
                                  model_name_bytes_max));
}

Result<double> temperature_of(std::optional<double> given, const SettingsSnapshot& settings) {
  const double temperature =
      given ? *given : settings.number("llm.temperature").value_or(temperature_default);
  if (temperature >= 0 && temperature <= temperature_max) return temperature;
  return client_error(Errc::bad_request,
                      fmt::format("expected a temperature of 0 to 2, came {}", temperature));
}

Result<std::chrono::milliseconds> timeout_of(const LlmOptions& options) {
  const std::chrono::seconds set(
      options.settings.integer("llm.request_timeout").value_or(limits::total_timeout.count()));
  const auto timeout = options.request_timeout.value_or(
      std::clamp<std::chrono::seconds>(set, request_timeout_min, request_timeout_max));
  if (timeout >= request_timeout_min && timeout <= request_timeout_max) return timeout;
  return client_error(
      Errc::bad_request,
      fmt::format("expected a request timeout of 1 s to 30 min, came {} ms", timeout.count()));
}

Result<int> retries_of(const LlmOptions& options) {
  constexpr std::int64_t retries_default = 2;
  const auto set = options.settings.integer("llm.max_retries").value_or(retries_default);
  const int retries =
      options.max_retries.value_or(static_cast<int>(std::clamp<std::int64_t>(set, 0, retries_max)));
  if (retries >= 0 && retries <= retries_max) return retries;
  return client_error(Errc::bad_request,
                      fmt::format("expected 0 to {} retries, came {}", retries_max, retries));
}

// What the user set, what the provider's list told, or what is known of the model.
std::optional<std::int64_t> context_window_of(const ProviderFacts& facts, std::string_view model,
                                              const SettingsSnapshot& settings) {
  if (const auto set = settings.integer("llm.context_window_size")) return set;
  if (const auto listed = facts.lists->context_length(model)) return listed;
  const auto& sheet = pricing::PriceSheet::built_in();
  auto found = sheet.find(facts.description->key, model);
  if (!found) found = sheet.find_by_name(model);
  return found ? found->model->context_length : std::nullopt;
}

Result<std::optional<std::int64_t>> max_tokens_of(const ProviderFacts& facts,
                                                  std::string_view model,
                                                  const LlmOptions& options) {
  const auto wanted =
      options.max_tokens ? options.max_tokens : options.settings.integer("llm.max_tokens");
  if (wanted && *wanted < 1) {
    return client_error(Errc::bad_request,
                        fmt::format("expected max_tokens of at least 1, came {}", *wanted));
  }
  const auto window = wanted ? context_window_of(facts, model, options.settings) : std::nullopt;
  const auto capped = capped_max_tokens(wanted, window);
  if (capped != wanted) {
    log::info("max_tokens of {} is lowered from {} to {}, 80 % of its context window", model,
              *wanted, *capped);
  }
  return capped;
}

// Below the base URL, with a slash before it.
std::string chat_path_of(const ProviderFacts& facts, std::string_view model,
                         const SettingsSnapshot& settings) {
  const std::string deployment = deployment_of(facts, settings);
  std::string path = providers::path_for_model(facts.description->chat_path,
                                               deployment.empty() ? model : deployment);
  return path.starts_with('/') ? path : '/' + path;
}

}  // namespace

std::optional<std::int64_t> capped_max_tokens(std::optional<std::int64_t> max_tokens,
                                              std::optional<std::int64_t> context_window) {
  if (!max_tokens || !context_window || *context_window < 1) return max_tokens;
  // Divided first, as the product may not fit.
  const std::int64_t most = *context_window / 10 * 8 + *context_window % 10 * 8 / 10;
  return std::min(*max_tokens, std::max<std::int64_t>(1, most));
}

Result<ChatModel> create_llm(const ProviderFacts& facts, std::string_view model_name,
                             std::optional<double> temperature, const LlmOptions& options) {
  using KeyUse = providers::Description::KeyUse;
  const auto& description = *facts.description;
  auto access = access_of(facts, options.settings, description.api_key.use == KeyUse::required);
  if (!access) return std::unexpected(std::move(access.error()));
  auto model = model_of(facts, model_name, options.settings);
  if (!model) return std::unexpected(std::move(model.error()));
  const auto warmth = temperature_of(temperature, options.settings);
  if (!warmth) return std::unexpected(warmth.error());
  const auto max_tokens = max_tokens_of(facts, *model, options);
  if (!max_tokens) return std::unexpected(max_tokens.error());
  const auto timeout = timeout_of(options);
  if (!timeout) return std::unexpected(timeout.error());
  const auto retries = retries_of(options);
  if (!retries) return std::unexpected(retries.error());
  auto overrides = read_overrides(options.settings);
  if (!overrides) return std::unexpected(std::move(overrides.error()));

  ChatModelOptions made;
  made.provider_key = facts.info.provider_key;
  made.provider_name = facts.info.provider_name;
  made.query = access->base_url.query_text();
  made.base_url = std::move(access->base_url.url);
  if (description.chat_path.starts_with('/')) made.base_url.path.clear();
  made.chat_path = chat_path_of(facts, *model, options.settings);
  made.authentication = authentication_of(description, access->key, false);
  made.headers = headers_of(description);
  made.addresses = access->addresses;
  made.model = std::move(*model);
  made.temperature = *warmth;
  made.temperature_is_default = !temperature;
  made.max_tokens = *max_tokens;
  made.max_tokens_field = description.max_tokens_field;
  made.reasoning_object = description.reasoning_object;
  made.ask_for_stream_usage = description.stream_usage;
  made.chooses_providers = description.chooses_providers;
  made.price_overrides = std::move(*overrides);
  made.is_local = !facts.info.is_cloud;
  made.timeout = *timeout;
  made.max_retries = *retries;
  made.routing = settings::routing_settings_from(options.settings);
  made.retry_delay = made.routing.first_delay;
  made.limits = limits_of(settings::provider_limits_from(options.settings, description.key));
  auto shared = shared_limits_of(options.settings, description.key);
  if (!shared) return std::unexpected(std::move(shared.error()));
  made.shared_limits = std::move(*shared);
  made.breaker = breaker_force(settings::breaker_by_hand_from(options.settings, description.key));
  made.description = facts.description;
  made.lists = facts.lists;
  made.runtime = options.runtime;
  return make_chat_model(std::move(made));
}

}  // namespace tollway::client
