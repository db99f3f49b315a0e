#include "routing/any_model.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollway::routing {
namespace {

constexpr std::array<std::string_view, 5> cost_bands{"low", "medium", "high", "xhigh", "max"};

char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view id) {
  return std::ranges::any_of(
      patterns, [id](const std::string& pattern) { return matches_pattern(pattern, id); });
}

struct Priced {
  double cost = 0;
  std::uint32_t offer = 0;
};

// One fifth of those in order; of fewer than five the nearest.
std::span<const Priced> band_of(std::span<const Priced> all, std::uint8_t band) {
  if (band == 0 || all.empty()) return all;
  const std::size_t begin = std::min(all.size() * (band - 1U) / cost_bands.size(), all.size() - 1);
  const std::size_t end = std::max(all.size() * band / cost_bands.size(), begin + 1);
  return all.subspan(begin, end - begin);
}

}  // namespace

std::uint8_t cost_band_named(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(cost_bands, name);
  if (found == cost_bands.end()) return 0;
  return static_cast<std::uint8_t>(found - cost_bands.begin() + 1);
}

// A star is tried with ever more behind it; one before the last never has to be tried again.
bool matches_pattern(std::string_view pattern, std::string_view id) noexcept {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (in < id.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      taken = in;
    } else if (at < pattern.size() && lower(pattern[at]) == lower(id[in])) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

bool allows(const AnyModel& wishes, std::string_view id) noexcept {
  if (any_matches(wishes.excluded, id)) return false;
  return wishes.allowed.empty() || any_matches(wishes.allowed, id);
}

std::string Shortlist::reasons() const {
  std::string text;
  for (std::size_t i = 0; i < dropped.size(); ++i) {
    if (dropped[i] == 0) continue;
    const auto drop = static_cast<Drop>(i);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", dropped[i],
                        drop == Drop::none ? "not allowed by their names" : name_of(drop));
  }
  return text;
}

Shortlist shortlist(std::span<const Candidate> offers, const Ask& ask, const AnyModel& wishes) {
  std::vector<Drop> drops;
  filter(offers, ask, drops);
  Shortlist made;
  std::vector<Priced> priced;
  for (std::uint32_t i = 0; i < offers.size(); ++i) {
    const Endpoint& endpoint = *offers[i].endpoint;
    const double cost = expected_cost(ask, endpoint.prices);
    if (drops[i] != Drop::none) {
      ++made.dropped[static_cast<std::size_t>(drops[i])];
    } else if (!allows(wishes, endpoint.model)) {
      ++made.dropped[static_cast<std::size_t>(Drop::none)];
    } else if (cost == unknown_score) {
      ++made.dropped[static_cast<std::size_t>(Drop::max_price)];
    } else {
      priced.push_back({.cost = cost, .offer = i});
    }
  }
  std::ranges::sort(priced, [](const Priced& one, const Priced& other) {
    return one.cost != other.cost ? one.cost < other.cost : one.offer < other.offer;
  });
  for (const Priced& each : band_of(priced, wishes.cost_band)) {
    if (made.chosen.size() < Shortlist::models_max) made.chosen.push_back(each.offer);
  }
  return made;
}

}  // namespace tollway::routing
