// Identifiers that the gateway hands out.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace tollway {

// A request's identifier: "req-" and 26 characters that sort by time (48 bits of Unix
// milliseconds, 80 random bits, Crockford's base 32 as in ULID). Unique without coordination.
// Thread-safe.
[[nodiscard]] std::string new_request_id();

// What an identifier spells: 6 bytes of milliseconds, 10 random ones. Nullopt for anything else;
// and back again.
[[nodiscard]] std::optional<std::array<unsigned char, 16>> request_id_bytes(
    std::string_view id) noexcept;
[[nodiscard]] std::string request_id_of(const std::array<unsigned char, 16>& bytes);

}  // namespace tollway
