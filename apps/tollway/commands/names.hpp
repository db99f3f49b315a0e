// `tollway names`: what a value may be while a shell completes it. Hidden: completions run it.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds the command. Asks nobody over the network; ends with 0 and prints nothing where the
// settings cannot be read.
void add_names_command(CLI::App& app, int& exit_code);

}  // namespace tollway
