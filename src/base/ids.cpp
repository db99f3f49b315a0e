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

}  // namespace tollway
