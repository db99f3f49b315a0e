// What the calling key used day by day, in the shape of OpenRouter's GET /activity: the last 30
// completed days in UTC, or the one that is named.
#include <array>
#include <charconv>

#include "gateway/answer_from_ledger.hpp"
#include "gateway/ledger_json.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

constexpr std::int64_t days_shown = 30;

// "2026-11-23".
std::optional<std::int64_t> day_named(std::string_view date) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  std::array<int, 3> parts{};
  const std::array<std::string_view, 3> texts{date.substr(0, 4), date.substr(5, 2), date.substr(8)};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const char* const end = texts[i].data() + texts[i].size();
    if (std::from_chars(texts[i].data(), end, parts[i]).ptr != end) return std::nullopt;
  }
  const std::chrono::year_month_day day{std::chrono::year(parts[0]),
                                        std::chrono::month(static_cast<unsigned>(parts[1])),
                                        std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day).time_since_epoch().count();
}

net::Task<Result<>> refuse(Error error) {
  co_return std::unexpected(std::move(error));
}

net::Task<Result<>> serve(Request& request) {
  const std::int64_t today = ledger::day_of(std::chrono::system_clock::now());
  ledger::UsageQuery query{.from = today - days_shown,
                           .until = today - 1,
                           .by_time = true,
                           .by_key = false,
                           .by_provider = true,
                           .by_model = true,
                           .by_served_by = true,
                           .key = visible_key(request)};
  if (const auto date = query_parameter(request.query, "date")) {
    const auto day = day_named(*date);
    if (!day) {
      return refuse(client_error(Errc::bad_request, "expected ?date= as YYYY-MM-DD").error());
    }
    query.from = query.until = *day;
  }
  return answer_from_ledger(
      request, [query = std::move(query)](ledger::Reports& reports) -> Result<std::string> {
        const auto rows = reports.usage(query);
        if (!rows) return std::unexpected(rows.error());
        return activity_json(*rows);
      });
}

}  // namespace

extern const Route activity{.method = "GET", .path = "activity", .serve = &serve};

}  // namespace tollway::gateway::routes
