// What the journal and the database have for tiers and sources of prices.
#include <array>

#include "ledger/record_format.hpp"

namespace tollway::ledger {

static_assert(static_cast<int>(llm::ServiceTier::standard) == 0 &&
                  static_cast<int>(llm::ServiceTier::flex) == 1 &&
                  static_cast<int>(llm::ServiceTier::priority) == 2 &&
                  static_cast<int>(llm::ServiceTier::batch) == 3 &&
                  static_cast<int>(llm::ServiceTier::other) == 4,
              "their order is part of the journal's format and of the database: add at the end");

std::int64_t tier_number(const std::optional<llm::ServiceTier>& tier) noexcept {
  return tier ? static_cast<std::int64_t>(*tier) + 1 : 0;
}

std::optional<llm::ServiceTier> tier_of(std::int64_t number) noexcept {
  if (number <= 0) return std::nullopt;
  constexpr auto newest = static_cast<std::int64_t>(llm::ServiceTier::other);
  return number - 1 > newest ? llm::ServiceTier::other : static_cast<llm::ServiceTier>(number - 1);
}

std::string_view name_of(PriceSource source) noexcept {
  constexpr std::array<std::string_view, 5> names{"", "provider_api", "override", "built_in",
                                                  "local"};
  const auto number = static_cast<std::size_t>(source);
  return number < names.size() ? names[number] : "";
}

}  // namespace tollway::ledger
