// `tollway providers`: who can answer, and what each still needs.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds the command; `exit_code` gets 1 when the settings cannot be read, or when --check finds that
// a provider which is set up does not answer.
void add_providers_command(CLI::App& app, int& exit_code);

}  // namespace tollway
