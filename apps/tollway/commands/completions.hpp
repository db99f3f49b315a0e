// `tollway completions`: a script that completes the command line in a shell.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds the command; it always ends with 0. `app` holds all commands by the time it runs.
void add_completions_command(CLI::App& app, int& exit_code);

}  // namespace tollway
