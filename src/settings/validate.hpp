// A value against its definition.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "tollway/settings.hpp"

namespace tollway::settings {

inline constexpr std::size_t value_bytes_max = 64 * 1024;
inline constexpr std::size_t secret_bytes_max = 8 * 1024;

struct Valid {
  std::string text;      // as it is kept: trimmed, a boolean as "true" or "false"
  bool trimmed = false;  // a secret came with white space or quotes around it
};

// Errc::bad_request says what was expected, what came and what to do. What came is quoted only
// where it cannot be a secret: never of passwords and URLs, otherwise short values alone.
[[nodiscard]] Result<Valid> validate(const SettingDefinition& definition, std::string_view value);

// The value in quotes where it is short and printable, else its length: a long one may be an API
// key in the wrong place.
[[nodiscard]] std::string shown(std::string_view value);

// "a number from 0 to 2", for messages.
[[nodiscard]] std::string expected_by(const SettingDefinition& definition);

}  // namespace tollway::settings
