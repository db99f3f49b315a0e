// `tollway chat`: one question, or a conversation.
#pragma once

#include <CLI/CLI.hpp>

namespace tollway {

// Adds the command; `exit_code` gets 0 for an answer, 1 where none came or it broke off, 130 after
// Ctrl-C.
void add_chat_command(CLI::App& app, int& exit_code);

}  // namespace tollway
