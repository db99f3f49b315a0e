// `tollway man`: the manual page, for those who install it. Hidden: `man tollway` shows it.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds the command; it always ends with 0. `app` holds all commands by the time it runs.
void add_man_command(CLI::App& app, int& exit_code);

}  // namespace tollway
