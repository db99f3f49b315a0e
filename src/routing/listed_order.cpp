#include "routing/listed_order.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tollway::routing {
namespace {

bool is_anothers(std::string_view slug, std::uint32_t model, std::span<const Candidate> candidates,
                 std::span<const Drop> drops) {
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& other = candidates[i];
    if (other.model != model || other.endpoint->meta || drops[i] != Drop::none) continue;
    if (matches(slug, *other.endpoint)) return true;
  }
  return false;
}

}  // namespace

std::uint32_t place_in_order(const std::vector<std::string>& order, const Candidate& candidate,
                             std::span<const Candidate> candidates,
                             std::span<const Drop> drops) noexcept {
  const auto means = [&](const std::string& slug) {
    return matches(slug, *candidate.endpoint) ||
           (candidate.endpoint->meta && !is_anothers(slug, candidate.model, candidates, drops));
  };
  return static_cast<std::uint32_t>(std::ranges::find_if(order, means) - order.begin());
}

}  // namespace tollway::routing
