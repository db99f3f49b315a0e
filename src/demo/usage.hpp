// Usage as chat and completions report it.
#pragma once

#include <string>
#include <string_view>

#include "demo/reply.hpp"

namespace tollway::demo {

// The JSON object, with exact costs.
[[nodiscard]] std::string usage_of(const Reply& reply);

// "stop", "length" or "tool_calls".
[[nodiscard]] std::string_view finish_reason_of(const Reply& reply) noexcept;

}  // namespace tollway::demo
