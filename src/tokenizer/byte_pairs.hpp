// Byte pair encoding of one piece of text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/ranks.hpp"

namespace tollway::tokenizer {

// Merges the neighbours whose joint bytes have the lowest rank, the leftmost of equals first, until
// no two neighbours have one, and appends the ranks that are left to `tokens`. All single bytes
// must have ranks. Quadratic for short pieces, n log n for long ones.
void encode_piece(const Ranks& ranks, std::string_view piece, std::vector<std::uint32_t>& tokens);

}  // namespace tollway::tokenizer
