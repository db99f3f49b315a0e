// Identifiers that the gateway hands out.
#pragma once

#include <string>

namespace tollway {

// A request's identifier: "req-" and 26 characters that sort by time (48 bits of Unix
// milliseconds, 80 random bits, Crockford's base 32 as in ULID). Unique without coordination.
// Thread-safe.
[[nodiscard]] std::string new_request_id();

}  // namespace tollway
