// How many tokens passed where nobody says so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dialects/usage/text_of.hpp"
#include "gateway/off_loop.hpp"

namespace tollway::gateway {

// Counts on a thread of its own, for making the encoding's tables or counting a long text would
// hold a loop up for milliseconds. Shared by all loops; thread-safe. No count() may be waiting when
// it is destroyed.
class TokenCounter {
 public:
  TokenCounter();

  struct Texts {
    std::string model;  // whose encoding is taken, or the nearest there is
    std::optional<dialects::PromptText> prompt;
    std::optional<llm::TextSample> answer;
  };
  struct Counts {
    std::optional<std::int64_t> prompt;  // of what was given
    std::optional<std::int64_t> answer;
  };
  // On the loop's thread. Without any counts where too many wait or it takes too long.
  [[nodiscard]] net::Task<Counts> count(net::Loop& loop, Texts texts);

 private:
  OffLoop thread_;
};

}  // namespace tollway::gateway
