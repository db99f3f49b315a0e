// The hash chain over the ledger's rows (docs/decisions/0010).
#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/records.hpp"

namespace tollway::ledger {

using Digest = std::array<unsigned char, 32>;

struct Seal {
  std::int64_t number = 0;
  std::int64_t first_seq = 1;
  std::int64_t last_seq = 0;
  Digest rows{};
  Digest hash{};  // zeros before the first
};

// BLAKE2b-256 of rows, one after another.
class RowsHash {
 public:
  RowsHash();
  void add(const AttemptRecord& record);
  [[nodiscard]] Digest finish();

 private:
  crypto_generichash_state state_;
};

// The seal's hash: BLAKE2b-256 of the previous seal's, the number, the range and rows.
[[nodiscard]] Digest link(const Digest& previous, const Seal& seal);
[[nodiscard]] std::string to_hex(const Digest& digest);
// Zeros for bytes of another length.
[[nodiscard]] Digest digest_of(std::string_view bytes);

}  // namespace tollway::ledger
