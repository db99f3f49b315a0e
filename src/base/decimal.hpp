// Decimal numbers as scaled integers, without a detour through binary floating point.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tollway/error.hpp"

namespace tollway {

// Reads a decimal number as JSON writes it ("-0.0042", "1.2e-7", "3") and gives it times
// 10^places, rounded half to even. `places` is -18 to 18. Errc::bad_request for anything else, for
// more than 64 characters, and for what does not fit.
[[nodiscard]] Result<std::int64_t> parse_decimal(std::string_view text, int places);

// The reverse: plain decimal, no exponent, no trailing zeros: (12345, 9) is "0.000012345".
// `places` is 0 to 18.
[[nodiscard]] std::string format_decimal(std::int64_t scaled, int places);

// a x b / 10^places, rounded half to even in 128 bits; false where it does not fit 64.
[[nodiscard]] bool multiply_scaled(std::int64_t a, std::int64_t b, int places,
                                   std::int64_t& product) noexcept;

}  // namespace tollway
