// Words in a message that make the demonstration misbehave, or call a tool, on request.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tollway::demo {

// Documented for users in docs/demonstration.md; keep both alike.
struct Triggers {
  std::optional<std::string> tool;   // [[tool]], [[tool:name]]; empty: the first one
  int error_status = 0;              // [[error:429]], 400 to 599; 0: none
  bool error_midstream = false;      // [[error-midstream]]
  bool cut = false;                  // [[cut]]
  bool length = false;               // [[length]]
  std::chrono::milliseconds slow{};  // [[slow:2]], [[slow:0.5]], at most ten minutes
};

// Takes the triggers out of `message`, together with the white space that follows each. What looks
// like one and is none stays.
[[nodiscard]] Triggers take_triggers(std::string& message);

}  // namespace tollway::demo
