// What the ledger says was used, by what a user asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "installation.hpp"
#include "ledger/reports.hpp"
#include "spending/days.hpp"

namespace tollway::spending {

enum class By : std::uint8_t { hour, day, model, provider, key };
[[nodiscard]] constexpr bool is_time(By by) noexcept {
  return by == By::hour || by == By::day;
}
[[nodiscard]] std::string_view name_of(By by) noexcept;

struct Filter {
  std::optional<std::string> model;
  std::optional<std::string> provider;
  std::optional<std::string> key;
};

// `sums` are of what `name` names; its own names are not to be looked at. Of hours and days its
// time is theirs.
struct Usage {
  // "2026-11-23 14:00", "2026-11-23", "openai/gpt-4o"; empty for the key of a gateway without keys
  std::string name;
  ledger::UsageRow sums;
};

struct UsageFound {
  std::vector<Usage> rows;  // by time, or else the dearest first
  Usage total;
  std::vector<std::string> suggestions;  // names like one of the filter's that nothing goes by
};

// The path of DATA/ledger.db. Errc::not_found where there is none, with what to do.
[[nodiscard]] Result<std::string> ledger_in(const Paths& paths);

[[nodiscard]] Result<UsageFound> find_usage(ledger::Reports& reports, By by, const Days& days,
                                            const Filter& filter);

// An hour or day, counted from 1970, as rows by it are named.
[[nodiscard]] std::string time_name(By by, std::int64_t time);

// Sums that would not fit stay at the highest that does.
void add(ledger::UsageRow& to, const ledger::UsageRow& other) noexcept;

// Nullopt where nothing of it is known.
[[nodiscard]] std::optional<Money> cost_of(const ledger::UsageRow& sums) noexcept;
// "$0.0012", "~$0.0012" where some of it was estimated, "unknown".
[[nodiscard]] std::string cost_shown(const ledger::UsageRow& sums);

}  // namespace tollway::spending
