// What the demonstration counts as a token: a word with the white space that follows it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tollway::demo {

// The tokens of `text`; together they are `text` again. White space at its beginning belongs to the
// first one; text of white space alone is one token, no text is none. Views into `text`.
[[nodiscard]] std::vector<std::string_view> tokens_of(std::string_view text);
// Their number.
[[nodiscard]] std::size_t count_tokens(std::string_view text) noexcept;

}  // namespace tollway::demo
