// How the age of a list is measured.
#pragma once

#include <cstdint>

namespace tollway::catalog {

// Unix seconds that only run forward: the wall clock's at the first call, and from then on as much
// as has passed, suspended time included. A wall clock that jumps makes no list older or younger.
// Thread-safe.
[[nodiscard]] std::int64_t seconds_now() noexcept;

}  // namespace tollway::catalog
