#include "demo/embedding.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace tollway::demo {
namespace {

bool is_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
struct Hash {
  std::uint64_t value = 0xcbf29ce484222325U;
  void add(char c) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  // Short words differ in few bits of the sum. Spread as MurmurHash3 ends (public domain,
  // https://github.com/aappleby/smhasher).
  [[nodiscard]] std::uint64_t mixed() const {
    std::uint64_t bits = value;
    bits = (bits ^ (bits >> 33)) * 0xff51afd7ed558ccdU;
    bits = (bits ^ (bits >> 33)) * 0xc4ceb9fe1a85ec53U;
    return bits ^ (bits >> 33);
  }
};

}  // namespace

std::vector<float> embed(std::string_view text, std::size_t dimensions) {
  std::vector<double> sums(dimensions);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_letter(text[at])) continue;
    Hash hash;
    for (; at < text.size() && is_letter(text[at]); ++at) hash.add(text[at]);
    const std::uint64_t bits = hash.mixed();
    sums[(bits >> 1) % dimensions] += bits % 2 == 0 ? 1.0 : -1.0;
  }
  double squares = 0;
  for (const double sum : sums) squares += sum * sum;
  if (squares == 0) squares = sums[0] = 1;  // no words: a direction all the same
  std::vector<float> vector;
  vector.reserve(dimensions);
  for (const double sum : sums) vector.push_back(static_cast<float>(sum / std::sqrt(squares)));
  return vector;
}

double similarity(const std::vector<float>& left, const std::vector<float>& right) {
  double sum = 0;
  for (std::size_t i = 0; i < left.size(); ++i) sum += double{left[i]} * double{right[i]};
  return sum;
}

}  // namespace tollway::demo
