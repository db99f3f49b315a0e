// Who is to serve a request, in which order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "routing/filter.hpp"
#include "routing/key_shares.hpp"
#include "routing/quality.hpp"
#include "routing/strategy.hpp"

namespace tollway::routing {

// Why candidates of a decision come before others, one beside the other; from what decides first to
// what decides last.
struct GroupReasons {
  std::uint32_t model = 0;     // index into the request's models; 0 where they are mixed
  std::uint32_t listed = 0;    // place in `order`
  bool no_priority = false;    // the priority tier was asked for, and this is another
  bool misses_cutoff = false;  // preferred_max_latency or preferred_min_throughput
  std::uint32_t quality = 0;   // with tools: 0 good, 1 not measured, 2 poor
  bool outage = false;         // within the last 30 seconds
  std::uint32_t uptime = 0;    // 0: 95 % and more, 1: 80 % and more, 2: less
};
[[nodiscard]] GroupReasons reasons_of(std::uint32_t group) noexcept;

// Kept from one request to the next, so that deciding allocates nothing once it has grown.
struct Decision {
  std::vector<Place> places;  // to be tried, in this order
  std::vector<Drop> drops;    // by candidate
  const Strategy* strategy = nullptr;
  KeyShares keys;
};

// Of the candidate that served the conversation before, unless the request has an `order`: first of
// its group, whatever it is drawn or sorted by.
inline constexpr double sticky_score = -2 * unknown_score;

// Decides for one thread: what chance draws and whose turn it is belongs to it.
class Router {
 public:
  explicit Router(std::uint64_t seed) noexcept : random_(seed) {}

  // Filters and orders `candidates`, those of one model side by side and models in the order of the
  // request. The first `wanted` places are in order; the rest follow in any. Every field of
  // OpenRouter's provider object means what wire.md 4 says; docs/decisions/0012_routing.md has
  // what it leaves open.
  void decide(std::span<const Candidate> candidates, const Ask& ask, std::size_t wanted,
              Decision& decision);

 private:
  [[nodiscard]] std::uint64_t next_turn(const Endpoint& first) noexcept;

  // Of one model at a time: one that comes into another's place begins anywhere.
  struct Turn {
    std::uint64_t model = 0;  // its name's hash
    std::uint64_t next = 0;
  };
  static constexpr std::size_t turns = 1024;

  // One for the endpoints of each model, more or less.
  static constexpr std::size_t judges = 16;
  [[nodiscard]] QualityJudge& judge_of(const Endpoint& first) noexcept;

  Random random_;
  std::array<Turn, turns> turns_;
  std::array<QualityJudge, judges> quality_;
};

}  // namespace tollway::routing
