// Secrets, typed or piped: never an argument, never on the screen.
#pragma once

#include <string_view>

#include "tollway/error.hpp"
#include "tollway/secret.hpp"

namespace tollway::terminal {

// From a terminal: asks on standard error and shows nothing of what is typed. Otherwise all of
// standard input. White space around it is cut off. Errc::bad_request where nothing came or more
// than 64 KiB; Errc::cancelled at Ctrl-C.
[[nodiscard]] Result<Secret> read_secret(std::string_view prompt);

}  // namespace tollway::terminal
