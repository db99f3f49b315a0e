// How old prices are.
#pragma once

#include <optional>
#include <string_view>

#include "llm/service_tier.hpp"
#include "pricing/price_sheet.hpp"

namespace tollway::pricing {

// The beginning of a sheet's "2026-08-21", in UTC; nullopt where it is no date.
[[nodiscard]] std::optional<SystemTime> time_of_date(std::string_view date) noexcept;

// As of when a sheet states a model's prices of that tier; nullopt: it does not say, as an
// operator's does not.
[[nodiscard]] std::optional<SystemTime> stated_at(const VendorSheet& sheet,
                                                  const PricedModel& model,
                                                  llm::ServiceTier tier) noexcept;

}  // namespace tollway::pricing
