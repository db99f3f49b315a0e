#include "spending/days.hpp"

#include <fmt/format.h>

#include "moments.hpp"

namespace tollway::spending {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

Result<sys_days> day_named(std::string_view option, const std::string& text) {
  if (const auto day = parse_day(text)) return *day;
  return client_error(
      Errc::bad_request,
      fmt::format("{}: expected a day such as 2026-11-23, came \"{}\"", option, text));
}

Result<days> days_counted(const std::string& text) {
  const auto duration = parse_duration(text);
  if (duration && duration->count() > 0 && *duration % days(1) == std::chrono::seconds(0)) {
    return std::chrono::floor<days>(*duration);
  }
  return client_error(
      Errc::bad_request,
      fmt::format("--last: expected whole days such as 30d, ten years at most, came \"{}\"", text));
}

}  // namespace

void add_day_options(CLI::App& command, DayOptions& options, std::string_view end) {
  auto* const from = command.add_option("--from", options.from, "First day, in UTC: 2026-11-01");
  from->type_name("DAY");
  auto* const to = command.add_option(
      "--to", options.to, fmt::format("Last day, which counts as well (default: {})", end));
  to->type_name("DAY");
  command.add_option("--last", options.last, fmt::format("As many days up to {}: 30d", end))
      ->type_name("DAYS")
      ->excludes(from)
      ->excludes(to);
}

Result<Days> days_of(const DayOptions& options, Days fallback) {
  Days chosen = fallback;
  if (!options.last.empty()) {
    const auto count = days_counted(options.last);
    if (!count) return std::unexpected(count.error());
    chosen.from = chosen.until - (*count - days(1));
    return chosen;
  }
  if (!options.to.empty()) {
    const auto to = day_named("--to", options.to);
    if (!to) return std::unexpected(to.error());
    chosen = {.from = *to - (fallback.until - fallback.from), .until = *to};
  }
  if (!options.from.empty()) {
    const auto from = day_named("--from", options.from);
    if (!from) return std::unexpected(from.error());
    chosen.from = *from;
    if (options.to.empty()) chosen.until = std::max(*from, fallback.until);
  }
  if (chosen.from <= chosen.until) return chosen;
  return client_error(Errc::bad_request,
                      fmt::format("expected --to on or after --from, came {} and {}",
                                  day_text(chosen.from), day_text(chosen.until)));
}

sys_days today() {
  return std::chrono::floor<days>(std::chrono::system_clock::now());
}

}  // namespace tollway::spending
