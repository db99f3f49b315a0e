// Scripts that complete the command line in a shell.
#pragma once

#include <string>

#include "reference/command_tree.hpp"

namespace tollway::reference {

// Each is a whole script for the place where its shell looks for completions; bash's and zsh's may
// be sourced as well.
[[nodiscard]] std::string bash_completions(const CommandEntry& root);
[[nodiscard]] std::string zsh_completions(const CommandEntry& root);
[[nodiscard]] std::string fish_completions(const CommandEntry& root);

}  // namespace tollway::reference
