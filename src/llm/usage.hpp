// What an answer says it used.
#pragma once

#include <cstdint>
#include <optional>

namespace tollway::llm {

// Token counts as the provider stated them. A count that was not stated is unknown, not zero; a
// negative or absurd one is not taken over.
struct Usage {
  std::optional<std::int64_t> prompt_tokens;
  std::optional<std::int64_t> completion_tokens;
};

}  // namespace tollway::llm
