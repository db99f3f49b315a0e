// What an answer used, in the units that vendors bill.
#pragma once

#include <cstdint>
#include <optional>

#include "llm/service_tier.hpp"
#include "tollway/money.hpp"

namespace tollway::llm {

// Counts of one request. `input` and `output` are whole: every part below is contained in them,
// whatever the vendor's layout says. All are zero or more.
struct MeteredUsage {
  std::int64_t input = 0;
  std::int64_t cache_read = 0;        // of input
  std::int64_t cache_write_5m = 0;    // of input
  std::int64_t cache_write_1h = 0;    // of input
  std::int64_t input_audio = 0;       // of input
  std::int64_t cache_read_audio = 0;  // of cache_read and of input_audio
  std::int64_t output = 0;
  std::int64_t reasoning = 0;     // of output
  std::int64_t output_audio = 0;  // of output
  std::int64_t output_image = 0;  // of output
  std::int64_t web_searches = 0;
  std::optional<ServiceTier> tier = std::nullopt;  // that served; nullopt: not stated
  // What the provider says it charged, all fees included; nullopt where it says nothing.
  std::optional<Money> stated_cost = std::nullopt;
};

}  // namespace tollway::llm
