// The ledger's figures beside OpenRouter's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/reports.hpp"
#include "spending/days.hpp"
#include "spending/openrouter_account.hpp"
#include "tollway/money.hpp"

namespace tollway::spending {

// How far two amounts may be apart and still agree.
class Tolerance {
 public:
  // "1%" of the larger amount, or "0.05" dollars. Errc::bad_request for anything else.
  [[nodiscard]] static Result<Tolerance> parse(std::string_view text);
  [[nodiscard]] bool allows(Money ours, Money theirs) const noexcept;
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  bool is_share_ = false;
  std::int64_t amount_ = 0;  // nanodollars, or billionths of a percent
};

struct Figures {
  std::int64_t requests = 0;
  std::int64_t input = 0;
  std::int64_t output = 0;
  Money cost;
  Money byok;                // what vendors charged for calls on the user's own keys; not in `cost`
  std::int64_t unknown = 0;  // calls whose cost the ledger does not know; not in `cost`
  std::int64_t estimated = 0;  // calls whose tokens the ledger counted
};

struct Comparison {
  std::chrono::sys_days day;
  std::string model;
  std::optional<Figures> ledger;
  std::optional<Figures> openrouter;
  bool agrees = false;

  [[nodiscard]] Money difference() const noexcept;  // ledger's less OpenRouter's
  [[nodiscard]] Money byok_difference() const noexcept;
  // "agrees", "differs", "not_in_ledger", "not_at_openrouter".
  [[nodiscard]] std::string_view state() const noexcept;
};

// amount - other; where that does not fit, the nearest that does.
[[nodiscard]] Money less(Money amount, Money other) noexcept;
// "+$0.25", "-$0.25", "0".
[[nodiscard]] std::string difference_shown(Money difference);

// What a model is called in both; names differ by dates and variants.
using NameOf = std::function<std::string(std::string_view)>;

// By day and model. Rows of the ledger of other providers are left out, OpenRouter's that are on no
// day from `days` too.
[[nodiscard]] std::vector<Comparison> reconcile(std::span<const ledger::UsageRow> ledger_rows,
                                                std::span<const ActivityRow> activity,
                                                const Days& days, const Tolerance& tolerance,
                                                const NameOf& name_of);

// Their sum, of which only the amounts agree or don't.
[[nodiscard]] Comparison total_of(std::span<const Comparison> rows, const Tolerance& tolerance);

}  // namespace tollway::spending
