// Rows of lists in OpenRouter's shape (wire.md 5.2), in and out.
#pragma once

#include <boost/json/object.hpp>
#include <optional>

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

// "2026-05-05"
[[nodiscard]] std::string date_text(std::chrono::sys_days day);
// Of a text that begins with one; nullopt for others.
[[nodiscard]] std::optional<std::chrono::sys_days> read_date(std::string_view text);
[[nodiscard]] boost::json::object architecture_of(const Model& model);
// `pricing` of such a row, in and out. A price that cannot be read is unknown, and -1 makes the
// whole depend on routing.
[[nodiscard]] Prices prices_in(const boost::json::object& pricing);
[[nodiscard]] boost::json::object pricing_of(const Prices& prices);

}  // namespace tollway::catalog
