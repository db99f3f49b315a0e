// `tollway cost --jsonl`: usage in, money out.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "tollway/pricing.hpp"

namespace tollway {

// Prices one row {"provider", "flavor"?, "model", "usage", "at"?} and answers
//   {"cost": "0.001914" | null, "currency": "USD", "lines": [{"unit", "quantity",
//    "dollars_per_unit" | null, "cost" | null}], "source": {...} | null, "error"?: why there is
//    none}
// `flavor` says how the usage object is laid out (dialects::usage_layout); `at` is a date, a time
// as in RFC 3339 in UTC, or Unix seconds, and `now` where it is missing.
[[nodiscard]] boost::json::object price_row(const CostCalculator& calculator, std::string_view row,
                                            PriceTime now);

// The members "cost", "currency", "lines" and "source" of such an answer.
[[nodiscard]] boost::json::object described(const CostBreakdown& cost, PriceTime now);
// {"provider", "model", "kind", "name", "service_tier", "as_of" | null, "age_seconds" | null,
//  "discount" | null}
[[nodiscard]] boost::json::object described(const ModelPricing& pricing, PriceTime now);

}  // namespace tollway
