// How a running gateway's endpoints do.
#pragma once

#include <string>

#include "installation.hpp"
#include "terminal/console.hpp"

namespace tollway {

// Asks the gateway at `url` (empty: where the settings say that it listens) and shows what it says.
// The key is in TOLLWAY_GATEWAY_KEY. Returns the exit code.
[[nodiscard]] int show_health(terminal::Console& console, const Installation& installation,
                              const std::string& url);

}  // namespace tollway
