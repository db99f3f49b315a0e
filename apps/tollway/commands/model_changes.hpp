// `tollway models changes`: which models came and went, and what became dearer or cheaper.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds the command below `models`; `exit_code` gets 0 where there were two lists to compare,
// else 1.
void add_model_changes_command(CLI::App& models, int& exit_code);

}  // namespace tollway
