#include "spending/reconciliation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "base/decimal.hpp"
#include "base/error.hpp"

namespace tollway::spending {
namespace {

__extension__ using Wide = __int128;

constexpr int places = 9;
constexpr std::int64_t whole_share = 100'000'000'000;  // 100 %

void add_up(std::int64_t& sum, std::int64_t more) {
  if (!__builtin_add_overflow(sum, more, &sum)) return;
  sum = more < 0 ? std::numeric_limits<std::int64_t>::min()
                 : std::numeric_limits<std::int64_t>::max();
}

void add(std::optional<Figures>& to, const Figures& more) {
  if (!to) to.emplace();
  add_up(to->requests, more.requests);
  add_up(to->input, more.input);
  add_up(to->output, more.output);
  add_up(to->cost.nanodollars, more.cost.nanodollars);
  add_up(to->byok.nanodollars, more.byok.nanodollars);
  add_up(to->unknown, more.unknown);
  add_up(to->estimated, more.estimated);
}

Figures figures_of(const ledger::UsageRow& row) {
  return {.requests = row.requests,
          .input = row.input,
          .output = row.output,
          .cost = row.charged,
          .byok = row.byok,
          .unknown = row.unknown,
          .estimated = row.estimated};
}

Figures figures_of(const ActivityRow& row) {
  return {.requests = row.requests,
          .input = row.input,
          .output = row.output,
          .cost = row.cost,
          .byok = row.byok};
}

// Where the known amounts are the same, what is unknown cost no more than the tolerance.
bool agree(const Comparison& row, const Tolerance& tolerance) {
  const auto ours = row.ledger.value_or(Figures{});
  const auto theirs = row.openrouter.value_or(Figures{});
  return tolerance.allows(ours.cost, theirs.cost) && tolerance.allows(ours.byok, theirs.byok);
}

}  // namespace

Result<Tolerance> Tolerance::parse(std::string_view text) {
  Tolerance tolerance;
  tolerance.text_ = text;
  tolerance.is_share_ = text.ends_with('%');
  if (tolerance.is_share_) text.remove_suffix(1);
  const auto amount = parse_decimal(text, places);
  if (!amount || *amount < 0 || (tolerance.is_share_ && *amount > whole_share)) {
    return client_error(Errc::bad_request,
                        fmt::format("--tolerance: expected a share such as 1%, 100% at most, or "
                                    "dollars such as 0.05, came \"{}\"",
                                    tolerance.text_));
  }
  tolerance.amount_ = *amount;
  return tolerance;
}

bool Tolerance::allows(Money ours, Money theirs) const noexcept {
  const auto magnitude = [](Wide amount) { return amount < 0 ? -amount : amount; };
  const Wide apart = magnitude(Wide(ours.nanodollars) - theirs.nanodollars);
  if (!is_share_) return apart <= amount_;
  const Wide larger = std::max(magnitude(ours.nanodollars), magnitude(theirs.nanodollars));
  return apart * whole_share <= larger * amount_;
}

Money less(Money amount, Money other) noexcept {
  std::int64_t apart = 0;
  if (!__builtin_sub_overflow(amount.nanodollars, other.nanodollars, &apart)) return {apart};
  return {amount < other ? std::numeric_limits<std::int64_t>::min()
                         : std::numeric_limits<std::int64_t>::max()};
}

Money Comparison::difference() const noexcept {
  return less(ledger.value_or(Figures{}).cost, openrouter.value_or(Figures{}).cost);
}

Money Comparison::byok_difference() const noexcept {
  return less(ledger.value_or(Figures{}).byok, openrouter.value_or(Figures{}).byok);
}

std::string difference_shown(Money difference) {
  const std::string text = difference.to_string();
  if (difference.nanodollars == 0) return "0";
  return difference.nanodollars < 0 ? "-$" + text.substr(1) : "+$" + text;
}

std::string_view Comparison::state() const noexcept {
  if (agrees) return "agrees";
  if (!ledger) return "not_in_ledger";
  return openrouter ? "differs" : "not_at_openrouter";
}

std::vector<Comparison> reconcile(std::span<const ledger::UsageRow> ledger_rows,
                                  std::span<const ActivityRow> activity, const Days& days,
                                  const Tolerance& tolerance, const NameOf& name_of) {
  // The ledger may have either of a model's two names.
  std::map<std::string, std::string, std::less<>> names;
  for (const auto& row : activity) {
    const std::string name = name_of(row.model);
    names.emplace(row.model, name);
    names.emplace(row.permaslug, name);
  }
  const auto name_in_both = [&](const std::string& model) {
    const auto known = names.find(model);
    return known == names.end() ? name_of(model) : known->second;
  };
  std::map<std::pair<std::chrono::sys_days, std::string>, Comparison> found;
  for (const auto& row : ledger_rows) {
    if (row.provider != "openrouter") continue;
    const std::chrono::sys_days day{std::chrono::days(row.time)};
    add(found[{day, name_in_both(row.model)}].ledger, figures_of(row));
  }
  for (const auto& row : activity) {
    if (row.day < days.from || row.day > days.until) continue;
    add(found[{row.day, name_in_both(row.model)}].openrouter, figures_of(row));
  }
  std::vector<Comparison> rows;
  for (auto& [place, row] : found) {
    std::tie(row.day, row.model) = place;
    row.agrees = agree(row, tolerance);
    rows.push_back(std::move(row));
  }
  return rows;
}

Comparison total_of(std::span<const Comparison> rows, const Tolerance& tolerance) {
  Comparison total;
  total.ledger.emplace();
  total.openrouter.emplace();
  for (const auto& row : rows) {
    add(total.ledger, row.ledger.value_or(Figures{}));
    add(total.openrouter, row.openrouter.value_or(Figures{}));
  }
  total.agrees = agree(total, tolerance);
  return total;
}

}  // namespace tollway::spending
