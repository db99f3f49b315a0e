// Who may serve a request, in which order.
#pragma once

#include <cstdint>

#include "dispatch/gathered.hpp"
#include "gateway/request.hpp"
#include "routing/affinity.hpp"

namespace tollway::gateway {

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
  std::uint64_t conversation_ = 0;  // 0: it does not matter who served it
  bool sticks_after_any_ = false;   // not only after a cache was seen to be read
};

}  // namespace tollway::gateway
