#include "demo/triggers.hpp"

#include <charconv>
#include <cmath>

namespace tollway::demo {
namespace {

constexpr double slow_seconds_max = 600;

template <class Number>
std::optional<Number> to_number(std::string_view text) {
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

bool apply(std::string_view name, std::optional<std::string_view> value, Triggers& triggers) {
  if (name == "tool") {
    triggers.tool = std::string(value.value_or(""));
    return true;
  }
  if (name == "error" && value) {
    const auto status = to_number<int>(*value);
    if (!status || *status < 400 || *status > 599) return false;
    triggers.error_status = *status;
    return true;
  }
  if (name == "slow" && value) {
    const auto seconds = to_number<double>(*value);
    // NaN is neither.
    const bool in_range = seconds && *seconds >= 0 && *seconds <= slow_seconds_max;
    if (!in_range) return false;
    triggers.slow = std::chrono::milliseconds(std::llround(*seconds * 1000));
    return true;
  }
  if (value) return false;
  if (name == "error-midstream") return triggers.error_midstream = true;
  if (name == "cut") return triggers.cut = true;
  if (name == "length") return triggers.length = true;
  return false;
}

bool apply(std::string_view trigger, Triggers& triggers) {
  const auto colon = trigger.find(':');
  if (colon == std::string_view::npos) return apply(trigger, std::nullopt, triggers);
  return apply(trigger.substr(0, colon), trigger.substr(colon + 1), triggers);
}

}  // namespace

Triggers take_triggers(std::string& message) {
  Triggers triggers;
  std::string rest;
  std::string_view unread = message;
  for (;;) {
    const auto begin = unread.find("[[");
    const auto end = begin == std::string_view::npos ? begin : unread.find("]]", begin);
    if (end == std::string_view::npos) break;
    const bool taken = apply(unread.substr(begin + 2, end - begin - 2), triggers);
    rest += unread.substr(0, taken ? begin : begin + 2);
    unread.remove_prefix(taken ? end + 2 : begin + 2);
    while (taken && !unread.empty() && (unread.front() == ' ' || unread.front() == '\n')) {
      unread.remove_prefix(1);
    }
  }
  rest += unread;
  message = std::move(rest);
  return triggers;
}

}  // namespace tollway::demo
