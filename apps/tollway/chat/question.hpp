// What is to be asked: from the arguments, from standard input, or both.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tollway/error.hpp"

namespace tollway::chat {

// The words with a blank between them; a word "-" stands for standard input. Without words all of
// standard input, unless that and standard output are a terminal: then nullopt, and a conversation
// begins.
// Errc::bad_request for an empty question and for more than 16 MiB.
[[nodiscard]] Result<std::optional<std::string>> question_from(
    const std::vector<std::string>& words);

}  // namespace tollway::chat
