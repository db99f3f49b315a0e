// `tollway settings`: what can be set, what is set, and where a value comes from.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds `settings` and the commands below it; `exit_code` gets 0 or 1.
void add_settings_command(CLI::App& app, int& exit_code);

}  // namespace tollway
