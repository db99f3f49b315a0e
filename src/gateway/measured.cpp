#include "gateway/measured.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dialects/json_reader.hpp"

namespace tollway::gateway {
namespace {

// Fewer requests than these say nothing about a share of them.
constexpr std::uint64_t judged_min = 10;

std::optional<double> percent(const routing::Counts& counts) {
  if (counts.judged() < judged_min) return std::nullopt;
  return 100.0 * static_cast<double>(counts.successes) / static_cast<double>(counts.judged());
}

std::optional<catalog::Measured::Percentiles> scaled(const routing::Percentiles& figures,
                                                     double factor) {
  if (!routing::measured(figures.front())) return std::nullopt;
  catalog::Measured::Percentiles made{};
  std::ranges::transform(figures, made.begin(),
                         [factor](float figure) { return factor * static_cast<double>(figure); });
  return made;
}

catalog::Measured measured(const routing::Health::Report& report) {
  constexpr double milliseconds = 1000;
  return {.uptime_last_5m = percent(report.five_minutes),
          .uptime_last_30m = percent(report.half_an_hour),
          .latency_ms = scaled(report.first_token_s, milliseconds),
          .tokens_a_second = scaled(report.tokens_a_second, 1)};
}

std::string text_of(const std::optional<double>& figure) {
  return figure ? fmt::format("{:.1f}", *figure) : "null";
}

std::string text_of(const std::optional<catalog::Measured::Percentiles>& of) {
  if (!of) return "null";
  return fmt::format(R"({{"p50":{:.1f},"p75":{:.1f},"p90":{:.1f},"p99":{:.1f}}})", (*of)[0],
                     (*of)[1], (*of)[2], (*of)[3]);
}

std::string row_of(const dispatch::Standings::Row& row, routing::TimePoint now) {
  const auto& standing = *row.standing;
  const auto report = standing.health.report(now);
  const auto figures = measured(report);
  const bool rests = standing.key != nullptr && standing.key->rests(now);
  const auto& counts = report.half_an_hour;
  return fmt::format(
      R"({{"provider":{},"key":{},"model":{},"breaker":"{}","key_rests":{},)"
      R"("requests_last_30m":{{"successes":{},"failures":{},"throttled":{}}},)"
      R"("uptime_last_5m":{},"uptime_last_30m":{},"latency_last_30m":{},"throughput_last_30m":{},)"
      R"("tool_answers_last_2h":{{"good":{},"bad":{}}}}})",
      dialects::json_string(row.provider), dialects::json_string(row.key_name),
      row.model.empty() ? "null" : dialects::json_string(row.model),
      name_of(standing.breaker.state(now)), rests, counts.successes, counts.failures,
      counts.throttled, text_of(figures.uptime_last_5m), text_of(figures.uptime_last_30m),
      text_of(figures.latency_ms), text_of(figures.tokens_a_second), report.tools.good,
      report.tools.bad);
}

}  // namespace

catalog::Measured measured(const dispatch::Standings& standings, std::string_view provider,
                           std::string_view model, routing::TimePoint now) {
  std::optional<routing::Health::Report> busiest;
  for (const auto& row : standings.endpoints()) {
    if (row.provider != provider || row.model != model) continue;
    const auto report = row.standing->health.report(now);
    if (!busiest || report.half_an_hour.judged() > busiest->half_an_hour.judged()) busiest = report;
  }
  return busiest ? measured(*busiest) : catalog::Measured{};
}

std::string health_json(const dispatch::Standings& standings, routing::TimePoint now) {
  std::string rows;
  for (const auto& row : standings.endpoints()) {
    if (!rows.empty()) rows += ',';
    rows += row_of(row, now);
  }
  return fmt::format(R"({{"data":[{}]}})", rows);
}

}  // namespace tollway::gateway
