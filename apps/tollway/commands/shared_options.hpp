// The options that all commands for people share.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "terminal/console.hpp"

namespace tollway {

struct SharedOptions {
  std::optional<std::string> data;    // --data
  std::optional<std::string> config;  // --config
  bool json = false;
  std::string color = "auto";

  [[nodiscard]] terminal::ConsoleOptions console() const;
};

// --json and --color.
void add_output_options(CLI::App& command, SharedOptions& options);
// --data and --config.
void add_place_options(CLI::App& command, SharedOptions& options);
// All four.
void add_shared_options(CLI::App& command, SharedOptions& options);

}  // namespace tollway
