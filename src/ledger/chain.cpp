#include "ledger/chain.hpp"

#include <algorithm>

#include "ledger/record_format.hpp"

namespace tollway::ledger {
namespace {

const unsigned char* bytes_of(const void* data) {
  return static_cast<const unsigned char*>(data);
}

}  // namespace

RowsHash::RowsHash() {
  crypto_generichash_init(&state_, nullptr, 0, sizeof(Digest));
}

void RowsHash::add(const AttemptRecord& record) {
  const std::string_view bytes = sealed_bytes(record);
  crypto_generichash_update(&state_, bytes_of(bytes.data()), bytes.size());
}

Digest RowsHash::finish() {
  Digest digest;
  crypto_generichash_final(&state_, digest.data(), digest.size());
  return digest;
}

Digest link(const Digest& previous, const Seal& seal) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, sizeof(Digest));
  crypto_generichash_update(&state, previous.data(), previous.size());
  for (const std::int64_t number : {seal.number, seal.first_seq, seal.last_seq}) {
    crypto_generichash_update(&state, bytes_of(&number), sizeof number);
  }
  crypto_generichash_update(&state, seal.rows.data(), seal.rows.size());
  Digest digest;
  crypto_generichash_final(&state, digest.data(), digest.size());
  return digest;
}

std::string to_hex(const Digest& digest) {
  std::array<char, 2 * sizeof(Digest) + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return hex.data();
}

Digest digest_of(std::string_view bytes) {
  Digest digest{};
  if (bytes.size() == digest.size()) std::ranges::copy(bytes, digest.begin());
  return digest;
}

}  // namespace tollway::ledger
