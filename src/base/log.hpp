// The operator's log: one line an event on standard error, never bodies or keys.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace tollway::log {

enum class Level { debug, info, warning, error };

// Lines below `level` are dropped. Call once, before threads start. Default: info.
void set_level(Level level);

// Writes one line; control characters in `message` are escaped, so that what an upstream said
// cannot forge a line. Thread-safe.
void write(Level level, std::string_view message);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace tollway::log
