// The file format of recordings: one JSON object a file.
//
//   { "id", "recorded_at"?,
//     "request":  { "method", "path", "body": JSON | null },
//     "response": { "status", "headers": {name: value},
//                   "body": "text"                            a whole answer
//                   | "chunks": [{"delay_ms", "data"}, ...],  a stream, read by read
//                   "cut"?: true } }                          it broke off here
//
// `delay_ms` is the time since the previous chunk; the first chunk's counts from the answer's head,
// so the time until the head is not in it. (In the recordings of January 2026 the delays rise and
// fall and the first is always 0.) Bytes that are not UTF-8, such as a read that ended inside a
// character, stand as "base64" in a chunk and as "body_base64" in request and response. A request
// body that is not JSON is a string.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "recording/exchange.hpp"

namespace tollway::recording {

// Reads one file's text. Unknown members are ignored; a missing or mistyped one is an error that
// names it.
[[nodiscard]] Result<Exchange> parse_exchange(std::string_view text);

// The text of the file. A request body that is JSON is kept to the letter.
[[nodiscard]] std::string to_text(const Exchange& exchange);

}  // namespace tollway::recording
