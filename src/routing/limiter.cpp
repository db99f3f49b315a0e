#include "routing/limiter.hpp"

#include <algorithm>

namespace tollway::routing {

float Limiter::share_left(TimePoint now) noexcept {
  float share = std::min(requests_.share_left(now), tokens_.share_left(now));
  const auto concurrent = concurrent_.load(std::memory_order_relaxed);
  if (concurrent > 0) {
    const auto free = concurrent - under_way_.load(std::memory_order_relaxed);
    share = std::min(share, static_cast<float>(std::max<std::int64_t>(free, 0)) /
                                static_cast<float>(concurrent));
  }
  return share;
}

std::expected<Limiter::Entry, TimePoint> Limiter::enter(std::int64_t tokens,
                                                        TimePoint now) noexcept {
  const auto concurrent = concurrent_.load(std::memory_order_relaxed);
  // In one order with who begins to wait, so that he sees the room, or who makes it sees him.
  const auto others = under_way_.fetch_add(1);
  if (others >= concurrent && concurrent > 0) {
    under_way_.fetch_sub(1, std::memory_order_relaxed);
    return std::unexpected(now);
  }
  const auto request = requests_.take(1, now);
  if (request) {
    const auto taken = tokens_.take(tokens, now);
    if (taken) {
      return Entry{
          .requests = *request,
          .tokens = *taken,
          .tokens_under_way = tokens,
          .requests_then = {.others = others, .taken = requests_.taken()},
          .tokens_then = {.others = tokens_under_way_.fetch_add(tokens), .taken = tokens_.taken()}};
    }
    requests_.give_back(*request, 1, now);
    under_way_.fetch_sub(1, std::memory_order_relaxed);
    return std::unexpected(taken.error());
  }
  under_way_.fetch_sub(1, std::memory_order_relaxed);
  return std::unexpected(request.error());
}

void Limiter::learn(const LimitWords& words, const Entry& entry, TimePoint now) noexcept {
  const auto tell = [now](MinuteWindow& window, const std::optional<LimitWord>& word,
                          const Entry::Mark& then) {
    if (!word) return;
    window.learn({.limit = word->a_minute,
                  .remaining = word->remaining,
                  .uncounted = then.others,
                  .taken = then.taken,
                  .reset = now + word->reset_in},
                 now);
  };
  tell(requests_, words.requests, entry.requests_then);
  tell(tokens_, words.tokens, entry.tokens_then);
}

void Limiter::give_back(const Entry& entry, TimePoint now) noexcept {
  requests_.give_back(entry.requests, 1, now);
  tokens_.give_back(entry.tokens, entry.tokens_under_way, now);
  under_way_.fetch_sub(1);
  tokens_under_way_.fetch_sub(entry.tokens_under_way, std::memory_order_relaxed);
}

void Limiter::leave(const Entry& entry, std::int64_t used, TimePoint now) noexcept {
  under_way_.fetch_sub(1);
  tokens_under_way_.fetch_sub(entry.tokens_under_way, std::memory_order_relaxed);
  tokens_.correct(entry.tokens, used, now);
}

}  // namespace tollway::routing
