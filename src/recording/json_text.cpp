#include "recording/json_text.hpp"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/limits.hpp"

namespace tollway::recording {
namespace {

namespace json = boost::json;

double to_15_digits(double number) {
  // The parser may be off by one in the last of 17 digits, differently for 0.1 and 1e-1.
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                 std::chars_format::scientific, 14);
  double rounded = number;
  std::from_chars(digits.data(), end.ptr, rounded);
  return rounded;
}

void normalise(json::value& value) {
  constexpr double exact_max = 9007199254740992.0;  // 2^53
  if (value.is_double()) {
    const double number = value.get_double();
    if (!std::isfinite(number)) return;
    if (std::trunc(number) == number && std::abs(number) <= exact_max) {
      value = static_cast<std::int64_t>(number);
    } else {
      value = to_15_digits(number);
    }
  } else if (value.is_array()) {
    for (json::value& item : value.get_array()) normalise(item);
  } else if (value.is_object()) {
    for (auto& member : value.get_object()) normalise(member.value());
  }
}

}  // namespace

std::optional<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = limits::json_depth_max;
  boost::system::error_code code;
  json::value value = json::parse(text, code, {}, options);
  if (code) return std::nullopt;
  normalise(value);
  return value;
}

}  // namespace tollway::recording
