// `tollway models`: which models a provider has, what they cost and can do.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds the command; `exit_code` gets 0 when at least one provider gave its list, else 1.
void add_models_command(CLI::App& app, int& exit_code);

}  // namespace tollway
