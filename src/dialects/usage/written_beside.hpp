// What was written beside the completion.
#pragma once

#include <cstdint>

namespace tollway::dialects {

// A chat's counts as they are stated; zero where one is not.
struct ChatTotals {
  std::int64_t prompt = 0;
  std::int64_t completion = 0;
  std::int64_t total = 0;
  std::int64_t reasoning = 0;
  std::int64_t cache_read = 0;
  std::int64_t cache_write = 0;
};

// What was written, and is billed, but is not in `completion`: xAI and Gemini count reasoning
// beside it, Gemini without naming it, so that only the total tells. Zero where the total is no
// more than the sum, and where what is more is something else: not the reasoning that is stated, or
// cached.
[[nodiscard]] std::int64_t written_beside(const ChatTotals& totals) noexcept;

}  // namespace tollway::dialects
