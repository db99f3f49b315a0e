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
  std::int64_t input_image = 0;       // of input; those known to be cached are in cache_read alone
  std::int64_t input_video = 0;       // of input; the same
  std::int64_t output = 0;
  std::int64_t reasoning = 0;           // of output
  std::int64_t output_audio = 0;        // of output
  std::int64_t output_image = 0;        // of output
  std::int64_t output_video = 0;        // of output
  std::int64_t input_image_pieces = 0;  // whole images; no vendor's usage counts them
  std::int64_t output_image_pieces = 0;
  std::int64_t web_searches = 0;
  std::optional<ServiceTier> tier = std::nullopt;  // that served; nullopt: not stated
  // What the provider says it charged, all fees included; nullopt where it says nothing.
  std::optional<Money> stated_cost = std::nullopt;
};

}  // namespace tollway::llm
