// Where a request's conversation was served before.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "routing/affinity.hpp"
#include "routing/strategy.hpp"

namespace tollway::dispatch {

// What of a prompt its provider's cache had.
struct CachedPrompt {
  std::int64_t prompt_tokens = 0;  // all of them
  std::int64_t read = 0;
  std::int64_t written = 0;
};

// Part of one request.
class ConversationMemory {
 public:
  struct Asked {
    const routing::Conversation& conversation;
    std::uint64_t whose = 0;  // a hash; 0: nobody's in particular
    std::string_view model;
    const routing::Strategy* strategy = nullptr;  // for what the request leaves open
    std::int64_t prompt_tokens = 0;
  };
  // Marks those of `candidates` that served the conversation before, where that may matter.
  void mark(const Asked& asked, const routing::Affinity& affinity,
            std::span<routing::Candidate> candidates, routing::TimePoint now);
  // Remembers that the candidate served it, where that may matter to its next turn.
  void served(const routing::Candidate& by, const CachedPrompt& cached, routing::Affinity& affinity,
              routing::TimePoint now) const;

 private:
  std::uint64_t conversation_ = 0;  // 0: it does not matter who served it
  bool sticks_after_any_ = false;   // not only after a cache was seen to be read
};

}  // namespace tollway::dispatch
