// The tiers of service that vendors sell one model in, each at prices of its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace tollway::llm {

enum class ServiceTier : std::uint8_t {
  standard,
  flex,
  priority,
  batch,
  other,  // one that nobody here knows: so are its prices
};

// By the words of requests and answers. Nullopt for "" and "auto", which leave it to the vendor.
[[nodiscard]] constexpr std::optional<ServiceTier> service_tier_named(
    std::string_view name) noexcept {
  using enum ServiceTier;
  constexpr std::array<std::pair<std::string_view, ServiceTier>, 12> names{{
      {"default", standard},
      {"standard", standard},
      {"standard_only", standard},
      {"on_demand", standard},
      {"ON_DEMAND", standard},
      // OpenRouter's word where it serves from capacity of its own; it bills it as any other.
      {"provisioned", standard},
      {"flex", flex},
      {"ON_DEMAND_FLEX", flex},
      {"priority", priority},
      {"ON_DEMAND_PRIORITY", priority},
      {"fast", priority},
      {"batch", batch},
  }};
  if (name.empty() || name == "auto") return std::nullopt;
  for (const auto& [word, tier] : names) {
    if (word == name) return tier;
  }
  return other;
}

[[nodiscard]] constexpr std::string_view name_of(ServiceTier tier) noexcept {
  constexpr std::array<std::string_view, 5> names{"standard", "flex", "priority", "batch", "other"};
  return names[static_cast<std::size_t>(tier)];
}

}  // namespace tollway::llm
