// tollway replay: an upstream that answers from recordings.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds the command. It runs while the command line is parsed and leaves its exit code: 0 after
// SIGTERM or SIGINT, 1 when it cannot start, 2 for arguments that make no sense.
void add_replay_command(CLI::App& app, int& exit_code);

}  // namespace tollway
