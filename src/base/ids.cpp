#include "base/ids.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <random>
#include <string_view>

namespace tollway {
namespace {

constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::uint64_t random_bits() {
  // Identifiers need uniqueness, not secrecy; keys come from libsodium.
  thread_local std::mt19937_64 generator{[] {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
  }()};
  return generator();
}

}  // namespace

std::string new_request_id() {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  auto time_ms = static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(now).count());
  std::string id = "req-00000000000000000000000000";
  for (std::size_t i = 10; i-- > 0; time_ms >>= 5) id[4 + i] = crockford[time_ms & 31];
  std::array<std::uint64_t, 2> random{random_bits(), random_bits()};
  for (std::size_t i = 0; i < 16; ++i) {
    auto& word = random[i / 8];
    id[14 + i] = crockford[word & 31];
    word >>= 5;
  }
  return id;
}

std::optional<std::array<unsigned char, 16>> request_id_bytes(std::string_view id) noexcept {
  constexpr auto digits = [] {
    std::array<signed char, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < crockford.size(); ++i) {
      table[static_cast<unsigned char>(crockford[i])] = static_cast<signed char>(i);
    }
    return table;
  }();
  if (id.size() != 30 || !id.starts_with("req-")) return std::nullopt;
  __extension__ unsigned __int128 value = 0;
  for (const char c : id.substr(4)) {
    const auto digit = digits[static_cast<unsigned char>(c)];
    if (digit < 0) return std::nullopt;
    value = value << 5 | static_cast<unsigned>(digit);
  }
  std::array<unsigned char, 16> bytes{};
  for (std::size_t i = bytes.size(); i-- > 0; value >>= 8) {
    bytes[i] = static_cast<unsigned char>(value);
  }
  return bytes;
}

std::string request_id_of(const std::array<unsigned char, 16>& bytes) {
  __extension__ unsigned __int128 value = 0;
  for (const unsigned char byte : bytes) value = value << 8 | byte;
  std::string id = "req-00000000000000000000000000";
  for (std::size_t i = id.size(); i-- > 4; value >>= 5) {
    id[i] = crockford[static_cast<std::size_t>(value & 31)];
  }
  return id;
}

}  // namespace tollway
