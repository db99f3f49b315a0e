#include "spending/history.hpp"

#include <chrono>

#include "catalog/names.hpp"
#include "ledger/reports.hpp"
#include "spending/usage.hpp"

namespace tollway::spending {
namespace {

constexpr std::int64_t days_of_history = 30;

// The ledger has what served, "gpt-4o-2024-08-06", or the catalogue's name, "openai/gpt-4o", of
// what its vendor calls "gpt-4o".
bool is_meant(const ledger::UsageRow& row, std::string_view provider, std::string_view model) {
  if (provider.empty()) return row.model == model;
  if (row.provider != lower_key(provider)) return false;
  if (row.model == model) return true;
  const auto name =
      model.contains('/') ? std::string_view(row.model) : catalog::bare_name(row.model);
  return name == model || catalog::undated(name) == model;
}

}  // namespace

Result<std::vector<CostRecord>> history_of(const Paths& paths, std::string_view provider,
                                           std::string_view model) {
  const auto path = ledger_in(paths);
  if (!path) return std::vector<CostRecord>();
  auto reports = ledger::Reports::open(*path);
  if (!reports) return std::unexpected(reports.error());
  const auto today = ledger::day_of(std::chrono::system_clock::now());
  const auto rows = (*reports)->usage({.from = today - days_of_history,
                                       .until = today,
                                       .by_provider = true,
                                       .by_model = true,
                                       .key = {}});
  if (!rows) return std::unexpected(rows.error());
  ledger::UsageRow sums;
  for (const auto& row : *rows) {
    if (is_meant(row, provider, model)) add(sums, row);
  }
  const auto calls = sums.attempts - sums.failed;
  if (calls <= 0) return std::vector<CostRecord>();
  CostRecord usual{
      .provider = std::string(provider), .model = std::string(model), .usage = {}, .at = {}};
  usual.usage.output = (sums.output + calls / 2) / calls;
  return std::vector{std::move(usual)};
}

}  // namespace tollway::spending
