// What a request says about who may serve it: OpenRouter's `provider` object (wire.md 4.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "routing/endpoint.hpp"
#include "routing/figures.hpp"

namespace tollway::routing {

enum class Sort : std::uint8_t { price, throughput, latency, exacto };

// Inclusive. 1e-15 dollars a token, request, image or audio unit.
struct PriceCaps {
  std::optional<std::int64_t> prompt;
  std::optional<std::int64_t> completion;
  std::optional<std::int64_t> request;
  std::optional<std::int64_t> image;
  std::optional<std::int64_t> audio;
};

struct Preferences {
  std::vector<std::string> order;  // slugs, in lower case, as in `only` and `ignore`
  std::vector<std::string> only;   // empty: all
  std::vector<std::string> ignore;
  bool allow_fallbacks = true;
  bool require_parameters = false;
  bool deny_data_collection = false;
  bool zero_retention = false;
  bool distillable = false;
  std::optional<EnumSet<Quantization>> quantizations;  // fp4 and fp8 with what they cover
  std::optional<Sort> sort;
  bool across_models = false;                    // partition "none"
  Percentiles tokens_a_second = no_percentiles;  // at least; what is not measured: no cutoff
  Percentiles first_token_s = no_percentiles;    // at most
  PriceCaps max_price;
};

// Reads the object's JSON; null members are as if they were not there. Errc::bad_request, with the
// member's path and what was expected, for members that OpenRouter does not know and for values of
// another kind. Thread-safe.
[[nodiscard]] Result<Preferences> read_preferences(std::string_view json_text);

}  // namespace tollway::routing
