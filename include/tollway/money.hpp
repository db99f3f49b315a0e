// Amounts of money, exact.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "tollway/error.hpp"
#include "tollway/export.hpp"

namespace tollway {

// US dollars in billionths. What is not known is std::nullopt, never zero; zero means free.
struct Money {
  std::int64_t nanodollars = 0;

  auto operator<=>(const Money&) const = default;

  // "0.000012345": plain decimal, no exponent, no trailing zeros ("0", "12.5", "-0.1").
  [[nodiscard]] TOLLWAY_API std::string to_string() const;

  // Reads a decimal number as JSON writes it ("0.0042", "1.2e-7"), rounded half to even at the
  // ninth place. Errc::bad_request for anything else and for what does not fit (9.2e9 dollars).
  [[nodiscard]] TOLLWAY_API static Result<Money> parse(std::string_view decimal);
};

}  // namespace tollway
