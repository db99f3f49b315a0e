#include "settings/snapshot_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <tuple>

#include "settings/validate.hpp"

namespace tollway::settings {
namespace {

ApiKey clone(const ApiKey& key) {
  return {.info = key.info, .key = key.key.clone(), .origin = key.origin, .source = key.source};
}

// A key that environment or file fix: the only one of its provider.
ApiKey locked_key(std::string_view provider, const Value& value, std::string_view deployment) {
  ApiKey key{
      .info = {}, .key = value.secret.clone(), .origin = value.origin, .source = value.source};
  key.info.provider = provider;
  key.info.label = value.source;
  key.info.environment = deployment.empty() ? "production" : deployment;
  key.info.last_four = value.secret.masked();
  return key;
}

}  // namespace

Result<> add(Layer& layer, const SettingDefinition& definition, std::string_view value,
             SettingOrigin origin, std::string source) {
  auto valid = validate(definition, value);
  if (!valid) {
    if (!source.empty()) valid.error().message.insert(0, source + ": ");
    return std::unexpected(std::move(valid.error()));
  }
  if (valid->trimmed) {
    layer.warnings.push_back(
        fmt::format("{}: white space or quotes around the key were left out; take them away there",
                    source.empty() ? definition.key : source));
  }
  Value kept{.text = {}, .secret = {}, .origin = origin, .source = std::move(source)};
  if (is_secret(definition)) {
    kept.secret = Secret(std::move(valid->text));
  } else {
    kept.text = std::move(valid->text);
  }
  layer.values.insert_or_assign(definition.key, std::move(kept));
  return {};
}

}  // namespace tollway::settings

namespace tollway {

using settings::ApiKey;
using settings::Layer;
using settings::Value;

std::shared_ptr<const SettingsSnapshot::State> SettingsSnapshot::State::from_layers(
    std::shared_ptr<const settings::Definitions> definitions,
    std::initializer_list<const Layer*> layers, std::string_view deployment) {
  auto state = std::make_shared<State>();
  state->definitions = std::move(definitions);
  for (const Layer* layer : layers) {
    for (const auto& [key, value] : layer->values) {
      if (state->values.contains(key)) continue;
      state->values.emplace(key, Value{.text = value.text,
                                       .secret = value.secret.clone(),
                                       .origin = value.origin,
                                       .source = value.source,
                                       .allow_private_address = value.allow_private_address});
      const auto provider = settings::provider_of(key);
      if (provider.empty() || value.secret.empty()) continue;
      state->api_keys[std::string(provider)].push_back(
          settings::locked_key(provider, value, deployment));
    }
    std::ranges::copy(layer->warnings, std::back_inserter(state->warnings));
  }
  for (const Layer* layer : layers) {
    for (const ApiKey& key : layer->api_keys) {
      state->stored_keys.push_back(settings::clone(key));
      if (key.key.empty()) continue;  // It could not be decrypted.
      if (state->values.contains(settings::api_key_setting(key.info.provider))) continue;
      if (!deployment.empty() && key.info.environment != deployment) continue;
      state->api_keys[key.info.provider].push_back(settings::clone(key));
    }
  }
  for (auto& keys : state->api_keys | std::views::values) {
    std::ranges::sort(keys, {}, [](const ApiKey& key) {
      return std::tuple(key.info.retires_at.has_value(), -key.info.weight, key.info.id);
    });
  }
  return state;
}

}  // namespace tollway
