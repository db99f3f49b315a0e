// What an answer that passes says of its usage.
#pragma once

#include "dialects/dialect.hpp"
#include "dialects/members.hpp"
#include "dialects/usage/usage_layouts.hpp"

namespace tollway::dialects {

// Takes over counts and cost; whether the counts are those of the whole answer is the dialect's to
// know. Counts that cannot be read leave those of a whole answer that were read before. A chat's
// usage without completion tokens is that of embeddings.
void note_usage(UsageLayout layout, const Members& usage, Progress& progress);

// Takes over the tier that `owner` says served it, where it says so.
void note_tier(const Members& owner, Progress& progress);

}  // namespace tollway::dialects
