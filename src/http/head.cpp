#include "http/head.hpp"

#include <cstring>

namespace tollway::http {

namespace {

constexpr std::uint64_t every(unsigned char byte) {
  return 0x0101010101010101u * byte;
}

std::uint64_t load(const char* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Eight bytes at once: a byte's top bit tells whether it lies between 'A' and 'Z', and its case is
// two places further down.
std::uint64_t lower(std::uint64_t word) {
  const std::uint64_t low_bits = word & every(0x7f);
  const std::uint64_t from_a = low_bits + every(0x80 - 'A');
  const std::uint64_t beyond_z = low_bits + every(0x7f - 'Z');
  const std::uint64_t upper = ~word & (from_a ^ beyond_z) & every(0x80);
  return word | upper >> 2;
}

char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}

}  // namespace

bool same_size_equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  constexpr std::size_t step = sizeof(std::uint64_t);
  const std::size_t size = left.size();
  if (size < step) {
    for (std::size_t i = 0; i < size; ++i) {
      if (lower(left[i]) != lower(right[i])) return false;
    }
    return true;
  }
  for (std::size_t i = 0; i + step < size; i += step) {
    if (lower(load(left.data() + i)) != lower(load(right.data() + i))) return false;
  }
  // The last eight, some of which may have been looked at.
  const std::size_t last = size - step;
  return lower(load(left.data() + last)) == lower(load(right.data() + last));
}

Header Head::header(std::size_t index) const noexcept {
  const Field& field = fields_[index];
  return {at(field.name), at(field.value)};
}

std::optional<std::string_view> Head::find(std::string_view name) const noexcept {
  for (const Field& field : fields_) {
    if (equals_ignoring_case(at(field.name), name)) {
      return at(field.value);
    }
  }
  return std::nullopt;
}

void Head::clear() noexcept {
  bytes_.clear();
  fields_.clear();
  method_ = target_ = {};
  content_length_.reset();
  status_ = 0;
  http_1_0_ = keep_alive_ = chunked_ = false;
}

}  // namespace tollway::http
