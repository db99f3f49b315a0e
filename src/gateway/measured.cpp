#include "gateway/measured.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dialects/json_reader.hpp"
#include "routing/failure.hpp"
#include "routing/health_report.hpp"

namespace tollway::gateway {
namespace {

using routing::Window;

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

constexpr double milliseconds = 1000;

catalog::Measured measured(const routing::HealthSums& sums) {
  const auto half_an_hour = report_of(sums, Window::half_an_hour);
  return {.uptime_last_5m = percent(report_of(sums, Window::five_minutes).counts),
          .uptime_last_30m = percent(half_an_hour.counts),
          .uptime_last_1d = percent(sums.day),
          .latency_ms = scaled(half_an_hour.first_token_s, milliseconds),
          .tokens_a_second = scaled(half_an_hour.tokens_a_second, 1)};
}

std::string text_of(const std::optional<double>& figure) {
  return figure ? fmt::format("{:.1f}", *figure) : "null";
}

std::string text_of(const std::optional<catalog::Measured::Percentiles>& of) {
  if (!of) return "null";
  return fmt::format(R"({{"p50":{:.1f},"p75":{:.1f},"p90":{:.1f},"p99":{:.1f}}})", (*of)[0],
                     (*of)[1], (*of)[2], (*of)[3]);
}

std::string text_of(const routing::ClassCounts& classes) {
  std::string members;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] == 0) continue;
    members += fmt::format(R"({}"{}":{})", members.empty() ? "" : ",",
                           name_of(static_cast<routing::FailureClass>(i)), classes[i]);
  }
  return fmt::format("{{{}}}", members);
}

std::string text_of(const routing::Counts& counts) {
  return fmt::format(R"({{"successes":{},"failures":{},"throttled":{}}})", counts.successes,
                     counts.failures, counts.throttled);
}

std::string text_of(const std::optional<routing::Probe>& probe, routing::TimePoint now) {
  if (!probe) return "null";
  const auto ago = std::chrono::duration<double>(now - probe->at).count();
  std::string error = "null";
  if (probe->failure) error = fmt::format(R"("{}")", name_of(*probe->failure));
  std::optional<double> first_byte;
  if (routing::measured(probe->first_byte_s)) {
    first_byte = milliseconds * static_cast<double>(probe->first_byte_s);
  }
  return fmt::format(R"({{"seconds_ago":{:.1f},"error":{},"first_byte":{}}})", ago, error,
                     text_of(first_byte));
}

std::string window_of(std::string_view name, const routing::WindowReport& report) {
  return fmt::format(
      R"("{}":{{"requests":{},"errors":{},"uptime":{},"first_byte":{},"latency":{},"throughput":{}}})",
      name, text_of(report.counts), text_of(report.classes), text_of(percent(report.counts)),
      text_of(scaled(report.first_byte_s, milliseconds)),
      text_of(scaled(report.first_token_s, milliseconds)),
      text_of(scaled(report.tokens_a_second, 1)));
}

std::string row_of(const dispatch::Standings::Row& row, routing::TimePoint now) {
  const auto& standing = *row.standing;
  routing::HealthSums sums;
  standing.health.add_to(sums, now);
  const auto figures = measured(sums);
  const bool rests = standing.key != nullptr && standing.key->rests(now);
  return fmt::format(
      R"({{"provider":{},"key":{},"model":{},"breaker":"{}","key_rests":{},)"
      R"("requests_last_30m":{},"uptime_last_5m":{},"uptime_last_30m":{},"uptime_last_1d":{},)"
      R"("latency_last_30m":{},"throughput_last_30m":{},)"
      R"("tool_answers_last_2h":{{"good":{},"bad":{}}},"probe":{},"windows":{{{},{},{}}}}})",
      dialects::json_string(row.provider), dialects::json_string(row.key_name),
      row.model.empty() ? "null" : dialects::json_string(row.model),
      name_of(standing.breaker.state(now)), rests,
      text_of(report_of(sums, Window::half_an_hour).counts), text_of(figures.uptime_last_5m),
      text_of(figures.uptime_last_30m), text_of(figures.uptime_last_1d),
      text_of(figures.latency_ms), text_of(figures.tokens_a_second), sums.tools.good,
      sums.tools.bad, text_of(standing.health.last_probe(), now),
      window_of("30s", report_of(sums, Window::half_a_minute)),
      window_of("5m", report_of(sums, Window::five_minutes)),
      window_of("30m", report_of(sums, Window::half_an_hour)));
}

}  // namespace

catalog::Measured measured(const dispatch::Standings& standings, std::string_view provider,
                           std::string_view model, routing::TimePoint now) {
  routing::HealthSums sums;
  for (const auto& row : standings.endpoints()) {
    if (row.provider == provider && row.model == model) row.standing->health.add_to(sums, now);
  }
  return measured(sums);
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
