#include "base/decimal.hpp"

#include <fmt/format.h>

#include <cassert>
#include <cstdlib>
#include <limits>

#include "base/error.hpp"

namespace tollway {
namespace {

__extension__ using Wide = __int128;

constexpr std::size_t text_max = 64;
constexpr int digits_max = 36;  // of what is kept exactly; 10^36 fits 128 bits

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Wide power_of_ten(int exponent) {
  Wide result = 1;
  while (exponent-- > 0) result *= 10;
  return result;
}

// value / divisor to the nearest, ties to the even neighbour; `more` says that digits further down
// were cut off, which breaks a tie upwards.
Wide divide_half_even(Wide value, Wide divisor, bool more = false) {
  const bool negative = value < 0;
  if (negative) value = -value;
  Wide quotient = value / divisor;
  const Wide twice = (value % divisor) * 2;
  if (twice > divisor || (twice == divisor && (more || quotient % 2 != 0))) ++quotient;
  return negative ? -quotient : quotient;
}

bool narrow(Wide value, std::int64_t& out) {
  if (value > std::numeric_limits<std::int64_t>::max() ||
      value < std::numeric_limits<std::int64_t>::min()) {
    return false;
  }
  out = static_cast<std::int64_t>(value);
  return true;
}

struct Parsed {
  bool negative = false;
  Wide digits = 0;    // the first digits_max significant ones
  bool more = false;  // a digit other than zero was cut off
  int exponent = 0;   // of the last kept digit
};

// Digits before or after the point.
const char* read_digits(const char* at, const char* end, bool fraction, int& kept, Parsed& parsed) {
  for (; at != end && is_digit(*at); ++at) {
    if (kept < digits_max) {
      parsed.digits = parsed.digits * 10 + (*at - '0');
      if (parsed.digits != 0) ++kept;
      if (fraction) --parsed.exponent;
    } else {
      parsed.more = parsed.more || *at != '0';
      if (!fraction) ++parsed.exponent;
    }
  }
  return at;
}

const char* read_exponent(const char* at, const char* end, Parsed& parsed) {
  bool negative = false;
  if (at != end && (*at == '+' || *at == '-')) negative = *at++ == '-';
  if (at == end || !is_digit(*at)) return nullptr;
  int exponent = 0;
  for (; at != end && is_digit(*at); ++at) {
    if (exponent < 10'000) exponent = exponent * 10 + (*at - '0');
  }
  parsed.exponent += negative ? -exponent : exponent;
  return at;
}

// JSON's grammar for numbers; false for anything else.
bool read(std::string_view text, Parsed& parsed) {
  const char* at = text.data();
  const char* const end = at + text.size();
  int kept = 0;
  if (at != end && *at == '-') {
    parsed.negative = true;
    ++at;
  }
  if (at == end || !is_digit(*at)) return false;
  if (*at == '0' && at + 1 != end && is_digit(at[1])) return false;
  at = read_digits(at, end, false, kept, parsed);
  if (at != end && *at == '.') {
    if (++at == end || !is_digit(*at)) return false;
    at = read_digits(at, end, true, kept, parsed);
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    at = read_exponent(at + 1, end, parsed);
    if (at == nullptr) return false;
  }
  return at == end;
}

std::unexpected<Error> refused(std::string_view text, std::string_view why) {
  return client_error(
      Errc::bad_request,
      fmt::format("expected a decimal number, got {} characters{}", text.size(), why));
}

}  // namespace

Result<std::int64_t> parse_decimal(std::string_view text, int places) {
  assert(places >= -18 && places <= 18);
  Parsed parsed;
  if (text.size() > text_max || !read(text, parsed)) return refused(text, " that are none");
  if (parsed.digits == 0) return 0;
  const int shift = parsed.exponent + places;
  Wide value = parsed.negative ? -parsed.digits : parsed.digits;
  if (shift < -digits_max) {
    value = 0;  // less than half of the last place, whatever the digits
  } else if (shift < 0) {
    value = divide_half_even(value, power_of_ten(-shift), parsed.more);
  } else {
    // Beyond 19 digits nothing fits; stopping there keeps the product within 128 bits.
    for (int i = 0; i < shift && value < power_of_ten(20) && value > -power_of_ten(20); ++i) {
      value *= 10;
    }
  }
  std::int64_t result = 0;
  if (!narrow(value, result)) return refused(text, " whose value is too large");
  return result;
}

std::string format_decimal(std::int64_t scaled, int places) {
  assert(places >= 0 && places <= 18);
  const bool negative = scaled < 0;
  const auto magnitude =
      negative ? 0 - static_cast<std::uint64_t>(scaled) : static_cast<std::uint64_t>(scaled);
  auto digits = fmt::format("{:0{}}", magnitude, places + 1);
  if (places > 0) {
    digits.insert(digits.size() - static_cast<std::size_t>(places), 1, '.');
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
  }
  return negative ? "-" + digits : digits;
}

bool multiply_scaled(std::int64_t a, std::int64_t b, int places, std::int64_t& product) noexcept {
  assert(places >= 0 && places <= 18);
  return narrow(divide_half_even(static_cast<Wide>(a) * b, power_of_ten(places)), product);
}

}  // namespace tollway
