// The ledger's figures in OpenRouter's shapes (wire.md 7).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/reports.hpp"

namespace tollway::gateway {

// GET generation: the request's last attempt, its cost and all its attempts. OpenRouter's schema
// has no unknown cost: where nobody knows that of an attempt, total_cost and usage are the sum of
// the others, and cost_known is false.
[[nodiscard]] std::string generation_json(const ledger::RequestReport& report);
// GET activity: one row a day, model and provider.
[[nodiscard]] std::string activity_json(const std::vector<ledger::UsageRow>& rows);
// GET credits. Tollway sells none, so that what was bought is what was used.
[[nodiscard]] std::string credits_json(Money used);

// What a key spent by a moment: ever, and in the UTC day, week (from Monday) and month it is in.
struct Spent {
  Money ever, day, week, month;
  Money byok_ever, byok_day, byok_week, byok_month;
};
[[nodiscard]] Result<Spent> spent(ledger::Reports& reports, const std::optional<std::string>& key,
                                  std::chrono::system_clock::time_point now);

}  // namespace tollway::gateway
