// tollway reconcile: the ledger against what OpenRouter says.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

void add_reconcile_command(CLI::App& app, int& exit_code);

}  // namespace tollway
