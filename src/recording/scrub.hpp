// Keys and cookies out of what is kept.
#pragma once

#include <string>
#include <string_view>

namespace tollway::recording {

// Overwrites every key in `text` with the letter x, byte for byte, so that lengths, JSON syntax and
// the borders of chunks stay as they were. A key is
// - a vendor's key by its prefix (sk-, gsk_, AIza, xai- and the like) and at least 16 characters;
// - what follows "Bearer ", if it is long or holds a digit;
// - the value of a JSON member, also inside a quoted JSON text, or of a query parameter that is
//   named like a credential: api_key, x-api-key, authorization, cookie, set-cookie, access_token...
// Applied to requests before they are compared too, so that a recording is still found. Text that
// streams a key piece by piece over several events is beyond it.
void scrub(std::string& text);

// True for a header that may hold a credential: authorization, cookie, x-api-key, x-auth-token...
[[nodiscard]] bool is_credential_name(std::string_view name) noexcept;

}  // namespace tollway::recording
