#include <charconv>
#include <cmath>

#include "settings/snapshot_state.hpp"

namespace tollway {
namespace {

using settings::ApiKey;
using settings::Value;

const Value* find(const SettingsSnapshot::State& state, std::string_view key) {
  const auto found = state.values.find(key);
  return found == state.values.end() ? nullptr : &found->second;
}

bool is_usable(const ApiKey& key) {
  return !key.info.retires_at || *key.info.retires_at > std::chrono::system_clock::now();
}

const ApiKey* first_usable(const SettingsSnapshot::State& state, std::string_view provider) {
  const auto keys = state.api_keys.find(provider);
  if (keys == state.api_keys.end()) return nullptr;
  for (const ApiKey& key : keys->second) {
    if (is_usable(key)) return &key;
  }
  return nullptr;
}

template <class Number>
std::optional<Number> parse(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  Number number{};
  const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (code != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

}  // namespace

std::string_view name_of(SettingOrigin origin) noexcept {
  switch (origin) {
    case SettingOrigin::environment:
      return "environment";
    case SettingOrigin::file:
      return "file";
    case SettingOrigin::store:
      return "store";
    case SettingOrigin::default_value:
      return "default";
  }
  return "default";
}

SettingsSnapshot::SettingsSnapshot() {
  static const auto defaults = State::from_layers(settings::Definitions::built_in(), {}, {});
  state_ = defaults;
}

SettingsSnapshot::SettingsSnapshot(std::shared_ptr<const State> state) noexcept
    : state_(std::move(state)) {}

std::optional<std::string> SettingsSnapshot::text(std::string_view key) const {
  const SettingDefinition* definition = state_->definitions->find(key);
  if (definition == nullptr || settings::is_secret(*definition)) return std::nullopt;
  if (const Value* value = find(*state_, key)) return value->text;
  return definition->default_value;
}

std::optional<std::int64_t> SettingsSnapshot::integer(std::string_view key) const {
  return parse<std::int64_t>(text(key));
}

std::optional<double> SettingsSnapshot::number(std::string_view key) const {
  return parse<double>(text(key));
}

std::optional<bool> SettingsSnapshot::boolean(std::string_view key) const {
  const auto value = text(key);
  if (value == "true") return true;
  if (value == "false") return false;
  return std::nullopt;
}

const Secret* SettingsSnapshot::secret(std::string_view key) const {
  if (const auto provider = settings::provider_of(key); !provider.empty()) {
    const ApiKey* api_key = first_usable(*state_, provider);
    return api_key == nullptr ? nullptr : &api_key->key;
  }
  const Value* value = find(*state_, key);
  return value == nullptr || value->secret.empty() ? nullptr : &value->secret;
}

std::vector<SettingsSnapshot::WeightedKey> SettingsSnapshot::api_keys(
    std::string_view provider) const {
  std::vector<WeightedKey> usable;
  const auto keys = state_->api_keys.find(provider);
  if (keys == state_->api_keys.end()) return usable;
  for (const ApiKey& key : keys->second) {
    if (is_usable(key)) usable.push_back({.key = &key.key, .info = &key.info});
  }
  return usable;
}

bool SettingsSnapshot::is_set(std::string_view key) const {
  return find(*state_, key) != nullptr || secret(key) != nullptr;
}

SettingOrigin SettingsSnapshot::origin(std::string_view key) const {
  if (const Value* value = find(*state_, key)) return value->origin;
  return is_set(key) ? SettingOrigin::store : SettingOrigin::default_value;
}

std::string SettingsSnapshot::source(std::string_view key) const {
  if (const Value* value = find(*state_, key); value != nullptr && !value->source.empty()) {
    return value->source;
  }
  return std::string(name_of(origin(key)));
}

bool SettingsSnapshot::is_locked(std::string_view key) const {
  const SettingOrigin from = origin(key);
  return from == SettingOrigin::environment || from == SettingOrigin::file;
}

bool SettingsSnapshot::allows_private_address(std::string_view key) const {
  const Value* value = find(*state_, key);
  return value == nullptr || value->allow_private_address;
}

std::span<const std::string> SettingsSnapshot::warnings() const {
  return state_->warnings;
}

}  // namespace tollway
