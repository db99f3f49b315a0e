// `tollway explain`: who would serve a request, in which order, and why not the others.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds the command; `exit_code` gets 0 when somebody would serve the request, else 1.
void add_explain_command(CLI::App& app, int& exit_code);

}  // namespace tollway
