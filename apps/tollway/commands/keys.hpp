// `tollway keys`: providers' API keys, several of each.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds `keys` and the commands below it; `exit_code` gets 0, 1, or 130 for Ctrl-C at the prompt.
void add_keys_command(CLI::App& app, int& exit_code);

}  // namespace tollway
