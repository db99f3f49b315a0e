// `tollway doctor`: what is broken, and what to do about it.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds the command; `exit_code` gets 1 when something is broken.
void add_doctor_command(CLI::App& app, int& exit_code);

}  // namespace tollway
