// Who may serve a request, in which order.
#pragma once

#include <cstdint>

#include "dispatch/conversation_memory.hpp"
#include "dispatch/gathered.hpp"

namespace tollway::gateway {

struct Request;

// With the memory of where a request's conversation was.
class Candidates : public dispatch::Gathered {
 public:
  // Gathers and decides. Errc::bad_request for a `provider` object that cannot be read; not_found,
  // with the reasons, where nobody is left.
  [[nodiscard]] Result<> choose(Request& request, routing::TimePoint now);

  // Remembers that the candidate served the request's conversation, where that may matter to its
  // next turn.
  void served(const Request& request, std::uint32_t candidate, routing::TimePoint now) const;
  // Tokens of prompt and answer together, estimated.
  [[nodiscard]] std::int64_t tokens() const noexcept { return tokens_; }

 private:
  // Marks those that served the request's conversation before.
  void remember(const Request& request, routing::TimePoint now);

  std::int64_t tokens_ = 0;
  dispatch::ConversationMemory memory_;
};

}  // namespace tollway::gateway
