// tollway ledger: whether it still says what was written into it, and its rows.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

void add_ledger_command(CLI::App& app, int& exit_code);

}  // namespace tollway
