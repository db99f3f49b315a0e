#include "tokenizer/ranks.hpp"

#include <bit>
#include <cstring>

namespace tollway::tokenizer {
namespace {

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const auto product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

template <class Word>
std::uint64_t load(const char* from) {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// 1 to 8 bytes as a number, different for different bytes of one size; loads may overlap.
std::uint64_t load_last(const char* from, std::size_t size) {
  if (size >= 4) return load<std::uint32_t>(from) << 32U | load<std::uint32_t>(from + size - 4);
  if (size >= 2) return load<std::uint16_t>(from) << 16U | load<std::uint16_t>(from + size - 2);
  return load<std::uint8_t>(from);
}

// Multiply and fold, 8 bytes at a time; the vocabulary is known and not hostile, and a text can at
// worst make lookups fail slowly within one small cluster.
std::uint64_t hash(std::string_view bytes) {
  constexpr std::uint64_t first = 0x9e37'79b9'7f4a'7c15;
  constexpr std::uint64_t second = 0xd6e8'feb8'6659'fd93;
  std::uint64_t state = bytes.size() * first;
  const char* at = bytes.data();
  auto left = bytes.size();
  for (; left > 8; left -= 8, at += 8) state = mix(state ^ load<std::uint64_t>(at), second);
  return mix(state ^ load_last(at, left), first);
}

}  // namespace

Ranks::Ranks(std::string_view data) : data_(data) {
  for (std::size_t at = 0; at < data.size();) {
    const auto size = static_cast<std::uint8_t>(data[at]);
    tokens_.push_back({.begin = static_cast<std::uint32_t>(at + 1), .size = size});
    at += 1U + size;
    longest_ = std::max<std::size_t>(longest_, size);
  }
  two_.resize(std::size_t{1} << 16U, none);
  slots_.resize(std::bit_ceil(tokens_.size() * 2));
  mask_ = slots_.size() - 1;
  for (std::uint32_t rank = 0; rank < tokens_.size(); ++rank) {
    if (tokens_[rank].size == 0) continue;
    const auto hashed = hash(token(rank));
    auto slot = hashed & mask_;
    while (slots_[slot].rank != none) slot = (slot + 1) & mask_;
    slots_[slot] = {.rank = rank, .tag = static_cast<std::uint32_t>(hashed >> 32U)};
    if (tokens_[rank].size == 2) two_[index_of_two(token(rank)[0], token(rank)[1])] = rank;
  }
}

std::uint32_t Ranks::of(std::string_view bytes) const noexcept {
  if (bytes.empty() || bytes.size() > longest_) return none;
  const auto hashed = hash(bytes);
  const auto tag = static_cast<std::uint32_t>(hashed >> 32U);
  for (auto slot = hashed & mask_; slots_[slot].rank != none; slot = (slot + 1) & mask_) {
    if (slots_[slot].tag == tag && token(slots_[slot].rank) == bytes) return slots_[slot].rank;
  }
  return none;
}

}  // namespace tollway::tokenizer
