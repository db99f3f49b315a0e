// `tollway cost`: what calls cost, would cost, or cost elsewhere.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

void add_cost_command(CLI::App& app, int& exit_code);

}  // namespace tollway
