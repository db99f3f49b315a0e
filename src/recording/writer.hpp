// Recordings from observed exchanges, onto disk.
#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "recording/exchange.hpp"

namespace tollway::recording {

// Makes an exchange fit to be kept. Keys and cookies are masked in path and bodies (see scrub());
// of the answer's headers content-type, retry-after, request ids, rate limits and x-* stay, without
// any that is named like a credential; names become lower case. Request headers have no place in an
// Exchange at all.
[[nodiscard]] Exchange fit_to_keep(Exchange exchange);

// Writes one file, readable by its owner only, named by time and id:
// "20260107T045549506Z-<id>.json". Atomic: the file is there complete or not at all. Returns its
// path. Call fit_to_keep() first.
[[nodiscard]] Result<std::filesystem::path> write_exchange(const std::filesystem::path& directory,
                                                           const Exchange& exchange);

// "2026-01-07T04:55:49.506Z".
[[nodiscard]] std::string to_timestamp(std::chrono::system_clock::time_point time);

}  // namespace tollway::recording
