// `tollway serve`: the gateway as a process.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds the command; `exit_code` gets 0 after an orderly stop, 1 when the gateway could not start,
// 2 for settings that make no sense.
void add_serve_command(CLI::App& app, int& exit_code);

}  // namespace tollway
