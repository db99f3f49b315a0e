// Where a request's `order` puts a candidate.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "routing/filter.hpp"
#include "routing/strategy.hpp"

namespace tollway::routing {

// The place of the first slug that means it; the number of slugs where none does.
//
// One that chooses providers itself (Endpoint::meta) is also meant by every slug that no other
// candidate of the model matches, as who is called so can be behind it: of "order": ["a", "b"] with
// "a" alone reached directly, it comes second. `drops` are those of the other candidates; who is
// dropped matches nothing.
[[nodiscard]] std::uint32_t place_in_order(const std::vector<std::string>& order,
                                           const Candidate& candidate,
                                           std::span<const Candidate> candidates,
                                           std::span<const Drop> drops) noexcept;

}  // namespace tollway::routing
