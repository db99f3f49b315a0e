// A vocabulary: byte strings and their ranks, which are also the tokens' numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace tollway::tokenizer {

// Immutable after construction, thread-safe.
class Ranks {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  // `data` as cmake/ranks.py writes it: for each rank in order one byte of length and the token's
  // bytes; a length of zero is a rank that nothing has. It must last as long as this object.
  explicit Ranks(std::string_view data);

  // The rank of exactly these bytes, or none.
  [[nodiscard]] std::uint32_t of(std::string_view bytes) const noexcept;
  // The same of two bytes, faster.
  [[nodiscard]] std::uint32_t of_two(char first, char second) const noexcept {
    return two_[index_of_two(first, second)];
  }
  [[nodiscard]] std::size_t size() const noexcept { return tokens_.size(); }

 private:
  [[nodiscard]] std::string_view token(std::uint32_t rank) const noexcept {
    return data_.substr(tokens_[rank].begin, tokens_[rank].size);
  }

  static std::size_t index_of_two(char first, char second) noexcept {
    return static_cast<std::size_t>(static_cast<unsigned char>(first)) << 8U |
           static_cast<unsigned char>(second);
  }

  struct Token {
    std::uint32_t begin = 0;
    std::uint8_t size = 0;
  };
  // Open addressing; a slot holds a rank and the upper bits of its hash, to compare before bytes.
  struct Slot {
    std::uint32_t rank = none;
    std::uint32_t tag = 0;
  };

  std::string_view data_;
  std::vector<Token> tokens_;  // by rank
  std::vector<Slot> slots_;    // a power of two
  std::vector<std::uint32_t> two_;
  std::size_t mask_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace tollway::tokenizer
