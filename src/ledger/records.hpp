// What is written down of each call to a provider.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "llm/service_tier.hpp"
#include "tollway/money.hpp"

namespace tollway::ledger {

// 48 bits of Unix milliseconds and 80 random ones: what "req-..." spells (base/ids.hpp).
using RequestId = std::array<unsigned char, 16>;

// Counts as llm::MeteredUsage has them: input and output are whole, the others parts of them.
struct Counts {
  std::int64_t input = 0;
  std::int64_t cache_read = 0;
  std::int64_t cache_write_5m = 0;
  std::int64_t cache_write_1h = 0;
  std::int64_t input_audio = 0;
  std::int64_t cache_read_audio = 0;
  std::int64_t output = 0;
  std::int64_t reasoning = 0;
  std::int64_t output_audio = 0;
  std::int64_t output_image = 0;
  std::int64_t web_searches = 0;
  std::int64_t input_image = 0;
  std::int64_t input_video = 0;
  std::int64_t output_video = 0;
  std::int64_t input_image_pieces = 0;
  std::int64_t output_image_pieces = 0;
  bool operator==(const Counts&) const = default;
};

// Of AttemptRecord::flags. Values are part of the journal's format and of the database.
enum Flag : std::uint32_t {
  last = 1U << 0,         // the request ended with this attempt
  streamed = 1U << 1,     // the client asked for a stream
  cancelled = 1U << 2,    // the client left before the end
  estimated = 1U << 3,    // counts are ours, the provider stated none
  counted = 1U << 4,      // there are counts, stated or estimated; without it they are unknown
  differs = 1U << 5,      // billed and computed are more than 1 % apart
  interrupted = 1U << 6,  // the process ended before the attempt did
  failed = 1U << 7,       // the attempt brought no answer, or one that says it failed
  byok = 1U << 8,         // billed on the user's own key at the provider
  hedged = 1U << 9,       // the last to be settled, and another one had begun after it
};

// Who said what the prices were. Values are part of the journal's format and of the database.
enum class PriceSource : std::uint8_t {
  unknown = 0,
  provider_list = 1,   // the provider's own list of models
  override_price = 2,  // the operator
  built_in = 3,        // what is part of the program
  own = 4,             // nobody: it is a machine of one's own
};
// As the library's PricingSource has it: "provider_api", "override", "built_in", "local"; "".
[[nodiscard]] std::string_view name_of(PriceSource source) noexcept;

// By what `computed` was computed.
struct Pricing {
  std::optional<llm::ServiceTier> tier;  // that served, else that was asked for
  PriceSource source = PriceSource::unknown;
  std::int32_t day = 0;  // the Unix day the prices are of; 0: unknown
  bool operator==(const Pricing&) const = default;
};

// One attempt. Begun records have what stands first, settled ones all of it. Texts point elsewhere
// and are cut at limits::ledger_text_bytes_max.
struct AttemptRecord {
  static constexpr std::uint32_t unset_us = 0xffff'ffff;

  RequestId request{};
  std::uint8_t attempt = 1;   // of the request, from 1
  std::uint32_t flags = 0;    // of Flag
  std::int64_t at_ms = 0;     // when it began, Unix milliseconds
  std::string_view key;       // label of the gateway key
  std::string_view route;     // "chat/completions"
  std::string_view provider;  // "openrouter"
  std::string_view model;     // as asked for

  std::string_view served_model;  // as answered; empty where nobody said
  std::string_view served_by;     // whom the provider passed it on to: "Anthropic"
  std::string_view upstream_id;   // the provider's id of the answer
  std::string_view outcome;       // "ok" or the name of an error
  std::string_view finish_reason;
  std::uint16_t status =
      0;  // to the client where it is the last attempt, else the provider's; or 0
  Counts counts;
  std::optional<Money> billed;    // what the provider says it charged
  std::optional<Money> computed;  // ours: counts at the prices of the time
  std::optional<Money> computed_prompt;
  std::optional<Money> computed_completion;
  Pricing pricing;
  // Microseconds since the request arrived (connect: since the call began); unset_us where the
  // phase did not happen.
  std::uint32_t connect_us = unset_us;
  std::uint32_t first_byte_us = unset_us;
  std::uint32_t first_token_us = unset_us;
  std::uint32_t total_us = unset_us;

  [[nodiscard]] bool has(Flag flag) const noexcept { return (flags & flag) != 0; }
  // What counts as spent: what was billed, else what we computed.
  [[nodiscard]] std::optional<Money> charged() const noexcept { return billed ? billed : computed; }
};

}  // namespace tollway::ledger
