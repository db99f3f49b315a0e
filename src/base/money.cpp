#include "tollway/money.hpp"

#include "base/decimal.hpp"

namespace tollway {

std::string Money::to_string() const {
  return format_decimal(nanodollars, 9);
}

Result<Money> Money::parse(std::string_view decimal) {
  const auto parsed = parse_decimal(decimal, 9);
  if (!parsed) return std::unexpected(parsed.error());
  return Money{*parsed};
}

}  // namespace tollway
