// What an attempt used and cost, whatever way it ended.
#pragma once

#include <optional>

#include "dialects/dialect.hpp"
#include "llm/metered_usage.hpp"
#include "pricing/rates.hpp"
#include "tollway/error.hpp"

namespace tollway::gateway {

// How an attempt ended, as far as that decides what it costs.
struct Ending {
  const dialects::Progress& progress;
  std::optional<Errc> failure;
  int upstream_status = 0;  // 0: no answer began
  bool streamed = false;    // the answer was a stream
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
  bool stops_when_left = false;  // who serves it bills no more when a stream's client leaves
  // What passed, in tokens; nullopt: not counted, so guessed from events and bytes.
  std::optional<std::int64_t> counted_input = std::nullopt;
  std::optional<std::int64_t> counted_output = std::nullopt;
};

struct Spending {
  std::optional<llm::MeteredUsage> usage;
  bool estimated = false;         // usage is ours
  std::optional<Money> billed;    // as the provider says
  std::optional<Money> computed;  // ours; unknown is never zero
  std::optional<Money> prompt;    // of computed
  std::optional<Money> completion;
  bool differs = false;   // billed and computed are more than 1 % apart
  bool unpriced = false;  // it is known what was used, but not what that costs
};

// What was stated counts. Where nothing was:
// - nothing was sent, or the provider answered with an error: it cost nothing;
// - no answer began: nobody knows what it cost;
// - an answer that was cut: counted from what passed, and estimated. Where it was left, by the
// client
//   or by Tollway (time, size, draining), that is the cost if the provider stops with the stream;
//   one that goes on (wire.md 2.12), or whose answer was no stream, bills what nobody has seen:
//   unknown.
// `rates` null: the price is unknown.
[[nodiscard]] Spending spending_of(const Ending& ending, const pricing::Rates* rates);

// Whether its usage is ours to count.
[[nodiscard]] bool is_estimated(const Ending& ending) noexcept;

// Whether who serves it, by name, stops, and bills no more, when a stream's client leaves.
[[nodiscard]] bool stops_when_left(std::string_view served_by) noexcept;

}  // namespace tollway::gateway
