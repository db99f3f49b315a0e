#include "dispatch/limit_words.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tollway::dispatch {
namespace {

using routing::Duration;
using routing::LimitWord;

constexpr Duration reset_max = std::chrono::hours(24);

std::optional<std::int64_t> read_count(std::optional<std::string_view> text) {
  if (!text) return {};
  std::int64_t count = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, code] = std::from_chars(text->data(), end, count);
  // "100, 100;w=60" is also seen: the first number counts.
  if (code != std::errc() || (stop != end && *stop != ',' && *stop != '.') || count < 0) return {};
  return count;
}

std::optional<Duration> from_seconds(double seconds) {
  if (!(seconds > 0)) return {};
  const double most = std::chrono::duration<double>(reset_max).count();
  return std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(std::min(seconds, most)));
}

// Seconds a unit of "1h2m3.5s", "17ms"; 0: no unit. Cuts it off.
double cut_unit(std::string_view& text) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  for (const Unit& unit : {Unit{"ms", 1e-3}, Unit{"us", 1e-6}, Unit{"ns", 1e-9}, Unit{"d", 86400},
                           Unit{"h", 3600}, Unit{"m", 60}, Unit{"s", 1}}) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.seconds;
  }
  return 0;
}

// As Go writes durations, or bare seconds.
std::optional<double> read_duration(std::string_view text) {
  double seconds = 0;
  bool bare = true;
  while (!text.empty()) {
    double amount = 0;
    const auto [stop, code] =
        std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
    if (code != std::errc() || amount < 0) return {};
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    if (text.empty() && bare) return amount;
    const double unit = cut_unit(text);
    if (unit == 0) return {};
    seconds += amount * unit;
    bare = false;
  }
  if (bare) return {};
  return seconds;
}

// "2026-11-23T20:15:00Z" or "...:00.250+01:00" (RFC 3339), in Unix seconds.
std::optional<double> read_date(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00";
  if (text.size() <= form.size()) return {};
  const auto number = [text](std::size_t at, std::size_t count) -> std::optional<int> {
    int value = 0;
    const char* const begin = text.data() + at;
    const auto [stop, code] = std::from_chars(begin, begin + count, value);
    if (code != std::errc() || stop != begin + count || value < 0) return {};
    return value;
  };
  const auto year = number(0, 4);
  const auto month = number(5, 2);
  const auto day = number(8, 2);
  const auto hour = number(11, 2);
  const auto minute = number(14, 2);
  const auto second = number(17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return {};
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return {};
  text.remove_prefix(form.size());
  if (text.starts_with('.')) {
    const auto end = text.find_first_not_of("0123456789", 1);
    text.remove_prefix(std::min(end, text.size()));
  }
  std::int64_t ahead = 0;  // of UTC, in minutes
  if (text.size() == 6 && (text.front() == '+' || text.front() == '-')) {
    const std::string_view offset = text;
    int hours = 0;
    int minutes = 0;
    const auto hours_read = std::from_chars(offset.data() + 1, offset.data() + 3, hours);
    const auto minutes_read = std::from_chars(offset.data() + 4, offset.data() + 6, minutes);
    if (hours_read.ec != std::errc() || minutes_read.ec != std::errc()) return {};
    ahead = (offset.front() == '-' ? -1 : 1) * (hours * 60 + minutes);
  } else if (text != "Z") {
    return {};
  }
  const std::chrono::seconds since_midnight = std::chrono::hours(*hour) +
                                              std::chrono::minutes(*minute - ahead) +
                                              std::chrono::seconds(*second);
  return static_cast<double>(
      (std::chrono::sys_days(date).time_since_epoch() + since_midnight).count());
}

// A date, a moment in Unix seconds or milliseconds, or a duration.
std::optional<Duration> read_reset(std::optional<std::string_view> text,
                                   std::chrono::system_clock::time_point now) {
  if (!text || text->empty()) return {};
  const double today = std::chrono::duration<double>(now.time_since_epoch()).count();
  if (text->contains('T')) {
    const auto date = read_date(*text);
    return date ? from_seconds(*date - today) : std::nullopt;
  }
  constexpr double seconds_since = 1e9;  // what is more is a moment: no limit lasts 30 years
  constexpr double milliseconds_since = 1e11;
  const auto seconds = read_duration(*text);
  if (!seconds) return {};
  if (*seconds >= milliseconds_since) return from_seconds(*seconds / 1000 - today);
  if (*seconds >= seconds_since) return from_seconds(*seconds - today);
  return from_seconds(*seconds);
}

struct Names {
  std::string_view limit;  // empty: over what time it is meant nobody knows
  std::string_view remaining;
  std::string_view reset;
};

std::optional<LimitWord> read_word(const http::Head& head, const Names& names,
                                   std::chrono::system_clock::time_point now) {
  const auto remaining = read_count(head.find(names.remaining));
  if (!remaining) return {};
  const auto reset = read_reset(head.find(names.reset), now);
  if (!reset || *reset <= Duration::zero()) return {};
  const auto limit = names.limit.empty() ? std::nullopt : read_count(head.find(names.limit));
  return LimitWord{.a_minute = limit.value_or(0), .remaining = *remaining, .reset_in = *reset};
}

// The first of them that is there.
std::optional<LimitWord> read_first(const http::Head& head, std::initializer_list<Names> all,
                                    std::chrono::system_clock::time_point now) {
  for (const Names& names : all) {
    if (auto word = read_word(head, names, now)) return word;
  }
  return {};
}

std::optional<LimitWord> read_requests(const http::Head& head,
                                       std::chrono::system_clock::time_point now) {
  return read_first(
      head,
      {{.limit = "x-ratelimit-limit-requests",
        .remaining = "x-ratelimit-remaining-requests",
        .reset = "x-ratelimit-reset-requests"},
       {.limit = "anthropic-ratelimit-requests-limit",
        .remaining = "anthropic-ratelimit-requests-remaining",
        .reset = "anthropic-ratelimit-requests-reset"},
       {.limit = {}, .remaining = "x-ratelimit-remaining", .reset = "x-ratelimit-reset"}},
      now);
}

// Prompts and answers each have a limit of their own there; the nearer one counts.
std::optional<LimitWord> read_input_or_output(const http::Head& head,
                                              std::chrono::system_clock::time_point now) {
  auto input = read_word(head,
                         {.limit = "anthropic-ratelimit-input-tokens-limit",
                          .remaining = "anthropic-ratelimit-input-tokens-remaining",
                          .reset = "anthropic-ratelimit-input-tokens-reset"},
                         now);
  auto output = read_word(head,
                          {.limit = "anthropic-ratelimit-output-tokens-limit",
                           .remaining = "anthropic-ratelimit-output-tokens-remaining",
                           .reset = "anthropic-ratelimit-output-tokens-reset"},
                          now);
  if (!input || !output) return input ? input : output;
  // By shares: an output limit is the smaller number nearly always, and prompts are no part of it.
  const auto share = [](const LimitWord& word) {
    return static_cast<double>(word.remaining) /
           static_cast<double>(std::max<std::int64_t>(word.a_minute, 1));
  };
  return share(*output) < share(*input) ? output : input;
}

std::optional<LimitWord> read_tokens(const http::Head& head,
                                     std::chrono::system_clock::time_point now) {
  auto all = read_first(head,
                        {{.limit = "x-ratelimit-limit-tokens",
                          .remaining = "x-ratelimit-remaining-tokens",
                          .reset = "x-ratelimit-reset-tokens"},
                         {.limit = "anthropic-ratelimit-tokens-limit",
                          .remaining = "anthropic-ratelimit-tokens-remaining",
                          .reset = "anthropic-ratelimit-tokens-reset"}},
                        now);
  return all ? all : read_input_or_output(head, now);
}

}  // namespace

bool says_limits(const http::Head& head) noexcept {
  for (std::size_t i = 0; i < head.header_count(); ++i) {
    const std::string_view name = head.header(i).name;
    for (const std::string_view begins : {"x-ratelimit-", "anthropic-ratelimit-"}) {
      if (http::equals_ignoring_case(name.substr(0, begins.size()), begins)) return true;
    }
  }
  return false;
}

routing::LimitWords read_limit_words(const http::Head& head,
                                     std::chrono::system_clock::time_point now) {
  return {.requests = read_requests(head, now), .tokens = read_tokens(head, now)};
}

}  // namespace tollway::dispatch
