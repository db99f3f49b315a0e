// Settings: what there is to set, where a value comes from, and an immutable view of all of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tollway/error.hpp"
#include "tollway/export.hpp"
#include "tollway/secret.hpp"

namespace tollway {

// Where a value comes from; the first that has one wins. What environment or file fix is locked:
// set() and unset() refuse it.
enum class SettingOrigin : std::uint8_t { environment, file, store, default_value };
[[nodiscard]] TOLLWAY_API std::string_view name_of(SettingOrigin origin) noexcept;

enum class SettingType : std::uint8_t { text, integer, number, boolean, json };
enum class UiElement : std::uint8_t { password, text, number, range, checkbox, select, json };

// One thing that can be set, as data/settings/*.json define it. A definition whose ui_element is
// password holds a secret: its value leaves only as a Secret.
struct SettingDefinition {
  std::string key;  // "llm.openrouter.api_key"
  std::string name;
  std::string description;
  std::string category;  // "llm_general", "openrouter"
  SettingType type = SettingType::text;
  UiElement ui_element = UiElement::text;
  std::optional<double> min;
  std::optional<double> max;
  std::optional<double> step;
  struct Option {
    std::string value;
    std::string label;
  };
  std::vector<Option> options;               // of a select
  std::optional<std::string> default_value;  // as text; JSON text for SettingType::json
  bool visible = true;
  bool editable = true;
  bool url = false;  // holds a base URL, which is checked when written
  // Read in this order, after TOLLWAY_ and the key in capitals ("TOLLWAY_LLM_OPENROUTER_API_KEY"),
  // which all settings have: the vendor's usual names.
  std::vector<std::string> environment;
};

// One of a provider's API keys. The key itself is not in it.
struct ApiKeyInfo {
  std::int64_t id = 0;
  std::string provider;     // "openrouter"
  std::string label;        // unique within the provider
  std::string environment;  // "development", "staging", "production"
  int weight = 1;           // its share of the load, 1 to 1000
  std::string last_four;    // "...abcd", as Secret::masked()
  std::chrono::system_clock::time_point created_at;
  std::optional<std::chrono::system_clock::time_point> retires_at;  // after a rotation
};

// All settings at one moment. Copies share one immutable state and cost a pointer; thread-safe.
// Reads of keys that nothing defines give nullopt.
class TOLLWAY_API SettingsSnapshot {
 public:
  // Every setting at its default.
  SettingsSnapshot();
  // For programs that keep their settings elsewhere: keys and values as text, each validated
  // against its definition. {{"llm.openrouter.api_key", "sk-or-..."}}. Keys and URLs of providers
  // of their own ("llm.acme.api_key", "llm.acme.url") need no definition. Errc::bad_request.
  [[nodiscard]] static Result<SettingsSnapshot> from(
      std::span<const std::pair<std::string, std::string>> values);
  [[nodiscard]] static Result<SettingsSnapshot> from(
      std::initializer_list<std::pair<std::string, std::string>> values);
  // The same from a JSON object of keys and values.
  [[nodiscard]] static Result<SettingsSnapshot> from_json(std::string_view json);

  // The value as text ("0.7", "true"); nullopt where unset and without default, and for secrets.
  [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
  [[nodiscard]] std::optional<double> number(std::string_view key) const;
  [[nodiscard]] std::optional<bool> boolean(std::string_view key) const;
  // Null where unset; lives as long as this object and its copies. Of several keys of a provider
  // ("llm.openrouter.api_key") it is the one of this snapshot's environment with the most weight.
  [[nodiscard]] const Secret* secret(std::string_view key) const;
  // All usable keys of a provider with their weights, heaviest first.
  struct WeightedKey {
    const Secret* key = nullptr;
    const ApiKeyInfo* info = nullptr;
  };
  [[nodiscard]] std::vector<WeightedKey> api_keys(std::string_view provider) const;

  // Whether a value was given anywhere; a default does not count.
  [[nodiscard]] bool is_set(std::string_view key) const;
  [[nodiscard]] SettingOrigin origin(std::string_view key) const;
  // The variable or file and line a value comes from, for people: "OPENROUTER_API_KEY".
  [[nodiscard]] std::string source(std::string_view key) const;
  [[nodiscard]] bool is_locked(std::string_view key) const;
  // Whether what this URL setting holds may lead to private and loopback addresses: it comes from
  // environment, file, default or from(), or was set() with `allow_private_address`.
  [[nodiscard]] bool allows_private_address(std::string_view key) const;
  // What a person should know: a key that was trimmed, a variable that could not be read.
  [[nodiscard]] std::span<const std::string> warnings() const;

  struct TOLLWAY_INTERNAL State;
  explicit SettingsSnapshot(std::shared_ptr<const State> state) noexcept;

 private:
  std::shared_ptr<const State> state_;
};

// The settings of one installation: environment, tollway.toml, store, defaults. Thread-safe.
class TOLLWAY_API Settings {
 public:
  struct Options {
    std::string data_directory;  // the store and the master key's file; empty: no store
    std::string config_file;     // tollway.toml; empty: none. Must exist where named.
    // Definitions besides the built-in ones, e.g. of providers in the user's own folder.
    std::vector<SettingDefinition> definitions;
    // Looks a variable up; default: the process's environment.
    std::function<std::optional<std::string>(const char* name)> environment;
    // Judges a base URL (definition.url) before it is written to the store; `allow_private` is what
    // the writer passed to set(). Where empty, only the form is checked.
    std::function<Result<>(std::string_view key, std::string_view url, bool allow_private)>
        check_url;
    bool use_desktop_keyring = false;  // the master key in the desktop's keyring
    std::string deployment;            // of several API keys those of this environment; empty: all
  };
  // Opens or creates the store. A corrupted store, file or master key is an error that says what
  // to do; nothing is overwritten.
  [[nodiscard]] static Result<std::shared_ptr<Settings>> open(Options options);
  ~Settings();
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  [[nodiscard]] SettingsSnapshot snapshot() const;
  [[nodiscard]] SettingOrigin origin(std::string_view key) const;
  // In the order of their keys; last as long as this object, until reload().
  [[nodiscard]] std::vector<const SettingDefinition*> definitions() const;
  // Null for an unknown key.
  [[nodiscard]] const SettingDefinition* definition(std::string_view key) const;

  // Writes to the store. Errc::not_found for an unknown key (with the nearest ones), bad_request
  // for a value that its definition refuses, forbidden for a locked or uneditable one. A secret is
  // trimmed of white space and quotes.
  [[nodiscard]] Result<> set(std::string_view key, std::string_view value,
                             bool allow_private_address = false);
  [[nodiscard]] Result<> unset(std::string_view key);
  // Reads environment, file and store again. On an error the old values stay.
  [[nodiscard]] Result<> reload();

  struct NewKey {
    std::string provider;
    std::string label;  // empty: "default"
    std::string environment = "production";
    int weight = 1;
    Secret key;
  };
  [[nodiscard]] Result<ApiKeyInfo> add_key(NewKey key);
  // Empty provider: all, in the order of provider and label.
  [[nodiscard]] Result<std::vector<ApiKeyInfo>> keys(std::string_view provider = {}) const;
  [[nodiscard]] Result<> remove_key(std::string_view provider, std::string_view label);
  // Stores the new key if `verify` accepts it, then lets the old one retire after `grace`; both are
  // usable until then, the new one first. Where verify fails, nothing changes.
  [[nodiscard]] Result<ApiKeyInfo> rotate_key(std::string_view provider, std::string_view label,
                                              Secret new_key,
                                              const std::function<Result<>(const Secret&)>& verify,
                                              std::chrono::seconds grace);
  // Encrypts every secret anew under a new master key, in one transaction.
  [[nodiscard]] Result<> rotate_master_key();

 private:
  struct TOLLWAY_INTERNAL Parts;
  explicit Settings(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tollway
