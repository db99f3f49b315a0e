// tollway usage: what was spent, by the ledger.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

void add_usage_command(CLI::App& app, int& exit_code);

}  // namespace tollway
