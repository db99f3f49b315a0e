// From counts and prices to money.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>

#include "llm/metered_usage.hpp"
#include "pricing/rates.hpp"
#include "tollway/error.hpp"
#include "tollway/money.hpp"

namespace tollway::pricing {

struct CostLine {
  Unit unit = Unit::input;
  std::int64_t quantity = 0;
  std::optional<Price> price;   // nullopt: nobody knows
  std::optional<Money> amount;  // quantity x price, rounded half to even to the nanodollar
};

struct Cost {
  boost::container::small_vector<CostLine, 4> lines;  // of units that were used
  // Sums of lines; nullopt as soon as one line has no price. Unknown is never zero.
  std::optional<Money> prompt;
  std::optional<Money> completion;
  std::optional<Money> total;
};

// Prices a request. Each token is billed once, as the most particular unit that has a price:
//   cache reads and writes, audio, images, video: their own price, else as ordinary input or
//   output; writes for an hour: their own price, else that of writes for five minutes; reasoning:
//   its own price, else as output.
// Where cache reads and writes together exceed the prompt, the same tokens were written and read
// back, and are billed as both.
// Searches and whole images without a price make the total unknown, as do tokens where even input
// or output has none. The prompt's whole length chooses the tier (wire.md 5.4, 8.3).
// Errc::bad_request for counts that are negative or contradict each other (a part larger than its
// whole) and for amounts that do not fit.
[[nodiscard]] Result<Cost> cost_of(const llm::MeteredUsage& usage, const Rates& rates);

}  // namespace tollway::pricing
