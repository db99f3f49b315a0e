// What a failed attempt means for what is tried next.
#pragma once

#include <cstdint>
#include <string_view>

#include "routing/health.hpp"

namespace tollway::routing {

enum class FailureClass : std::uint8_t {
  transient,   // the same endpoint may do better in a moment
  overloaded,  // the endpoint has no room now; another may have
  broken,      // it cannot be reached, says nothing or nonsense: it would again
  throttled,   // this key asks too often there
  key,         // no call with this key can succeed there, until somebody does something
  model,       // the endpoint does not have the model
  too_long,    // the prompt is longer than the endpoint's context
  refused,  // it does not take this request, and may take any other: filters, the client's wishes
  client,   // the request is wrong, and would be everywhere
};
[[nodiscard]] std::string_view name_of(FailureClass failure) noexcept;  // "too_long"

// What may be tried next.
struct Remedy {
  bool here = false;                     // the same endpoint, after a pause
  bool elsewhere = false;                // other endpoints, keys and models
  bool rest_key = false;                 // the key is left alone, and reported
  Outcome counts_as = Outcome::neutral;  // for the endpoint's health
};
[[nodiscard]] Remedy remedy_for(FailureClass failure) noexcept;

// Of an answer of any dialect with an error status, or of one with status 200 whose body or event
// says that it failed: `status` is 200 then, and what the body states counts in its place. By the
// table data/failures, which is read once. `body` may be anything. Thread-safe.
[[nodiscard]] FailureClass classify(int status, std::string_view body);

}  // namespace tollway::routing
