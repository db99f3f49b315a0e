// JSON text that a program passes in to be sent as it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tollway::dialects {

enum class JsonKind { object, array };

// `json` without white space around it; Errc::bad_request, naming `what`, where it is not one valid
// JSON value of that kind.
[[nodiscard]] Result<std::string_view> check_raw_json(std::string_view json, JsonKind kind,
                                                      std::string_view what);

// Members of an object: its text between the braces, and their names.
struct RawMembers {
  std::string_view text;
  std::vector<std::string> names;
  [[nodiscard]] bool has(std::string_view name) const;
};
// Empty text is an empty object. A name that comes twice is an error.
[[nodiscard]] Result<RawMembers> read_raw_members(std::string_view json, std::string_view what);

}  // namespace tollway::dialects
