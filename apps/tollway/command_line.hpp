// The command line: which commands there are, and what is said of one that makes no sense.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Defines every command; each leaves its exit code in `exit_code` when it runs.
void add_commands(CLI::App& app, int& exit_code);

// Reads the command line, runs what it names, and returns the exit code. What cannot be understood
// ends with exit_usage and names what may have been meant.
[[nodiscard]] int run_command_line(int argc, char** argv);

}  // namespace tollway
