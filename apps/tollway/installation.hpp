// What a command works with: this user's settings and the providers there are.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "commands/shared_options.hpp"
#include "tollway/tollway.hpp"

namespace tollway {

struct Paths {
  std::string data_directory;    // --data, TOLLWAY_DATA, else as `tollway serve` has it
  std::string config_file;       // --config, TOLLWAY_CONFIG, else the user's own; empty: none
  std::string providers_folder;  // descriptors of the user's own: "providers" beside the file
};
[[nodiscard]] Paths paths_of(const SharedOptions& options);

struct Installation {
  Paths paths;
  Providers providers;
  std::shared_ptr<Settings> settings;
  SettingsSnapshot snapshot;

  // By key without regard to case; an empty one takes llm.provider, else OpenRouter.
  [[nodiscard]] Result<std::shared_ptr<const Provider>> provider(std::string_view key) const;
};

// Reads the descriptors and opens the settings. Warnings of the settings go to standard error.
[[nodiscard]] Result<Installation> open_installation(const SharedOptions& options,
                                                     terminal::Console& console);

// A provider's key as settings and `keys` spell it: "openrouter" for "OPENROUTER".
[[nodiscard]] std::string lower_key(std::string_view provider_key);

}  // namespace tollway
