// Vectors for texts, without a model.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tollway::demo {

inline constexpr std::size_t embedding_dimensions = 256;
inline constexpr std::size_t embedding_dimensions_max = 4096;

// A bag of words: each word, in lower case, adds to one dimension that its hash chooses; the vector
// has length 1. Equal texts have equal vectors, texts that share words have similar ones. The same
// on every machine.
[[nodiscard]] std::vector<float> embed(std::string_view text, std::size_t dimensions);

// The dot product of two vectors of one size: 1 for equal directions.
[[nodiscard]] double similarity(const std::vector<float>& left, const std::vector<float>& right);

}  // namespace tollway::demo
