// Changes as JSON: in the history on disk, and for `tollway models changes --json`.
#pragma once

#include <boost/json/object.hpp>
#include <optional>

#include "catalog/changes.hpp"
#include "catalog/replacements.hpp"

namespace tollway::catalog {

// {"kind": "price_up", "model": id, "provider": key, "prices": [{"key", "before", "after",
// "above_prompt_tokens", "utc_start", "utc_end"}], "context_before", "context_after", "expires"};
// prices are dollars a unit as decimal text or null, and what does not belong to the kind or has no
// condition is left out.
[[nodiscard]] boost::json::object change_json(const Change& change);
// The reverse; nullopt for what is none.
[[nodiscard]] std::optional<Change> read_change(const boost::json::value& value);

// {"model", "state", "expires", "replacements": [{"model", "reason", "prompt", "completion",
// "dearer_percent"}], "near", "elsewhere"}; prices are dollars a token as decimal text or null.
[[nodiscard]] boost::json::object configured_json(const ConfiguredModel& configured);

}  // namespace tollway::catalog
