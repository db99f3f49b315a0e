// Rows of lists in OpenRouter's shape (wire.md 5.2), in and out.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/model.hpp"

namespace tollway::catalog {

// Whether an entry of a list is in OpenRouter's shape rather than in another vendor's.
[[nodiscard]] bool is_openrouter_row(const boost::json::object& row);
// Everything but `offers`; `prices.source` and `as_of` are the caller's. Nullopt without a usable
// id. What is of another type than expected is not there.
[[nodiscard]] std::optional<Model> read_row(const boost::json::object& row);
// The row of a model that another format told of. An unknown price is "-1", which OpenRouter's
// clients read as not known before routing; a zero would say that it is free.
[[nodiscard]] boost::json::object write_row(const Model& model);

// Of a member that is printable text of a name's length, else empty; and of a list of such texts.
[[nodiscard]] std::string row_text(const boost::json::object& object, std::string_view name);
[[nodiscard]] std::vector<std::string> row_texts(const boost::json::object& object,
                                                 std::string_view name);

// "2026-05-05"
[[nodiscard]] std::string date_text(std::chrono::sys_days day);
// Of a text that begins with one; nullopt for others.
[[nodiscard]] std::optional<std::chrono::sys_days> read_date(std::string_view text);
// 1630 is half past four in the afternoon.
[[nodiscard]] std::chrono::minutes time_of_clock(std::int64_t number) noexcept;
[[nodiscard]] std::int64_t clock_number(std::chrono::minutes time) noexcept;
[[nodiscard]] boost::json::object architecture_of(const Model& model);
// `pricing` of such a row, in and out. A price that cannot be read is unknown, and -1 makes the
// whole depend on routing.
[[nodiscard]] Prices prices_in(const boost::json::object& pricing);
[[nodiscard]] boost::json::object pricing_of(const Prices& prices);
// The model's row with its prices and its end in the place of those that it came with.
[[nodiscard]] std::string with_own_terms(const Model& model);
// The model's row with the prices that hold at `time`, a time of the day in UTC (wire.md 5.4).
[[nodiscard]] std::string row_at(const Model& model, std::chrono::minutes time);

}  // namespace tollway::catalog
