// The key that secrets are encrypted with at rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "tollway/secret.hpp"

namespace tollway::settings {

// Where a sealed secret belongs. It opens nowhere else: moved to another row it is refused.
struct SecretPlace {
  std::string_view setting;     // "llm.openrouter.api_key"
  std::int64_t api_key_id = 0;  // of a provider's API key; 0 for other settings
};

// 256 random bits. Sealing is XChaCha20-Poly1305 with a random nonce, which comes first; the place
// and the master key's id are its associated data. Immutable; thread-safe.
class MasterKey {
 public:
  // Errc::internal where the system has no random numbers.
  [[nodiscard]] static Result<MasterKey> generate();
  // Keys as 64 hexadecimal digits or as base64, with white space or commas between them; a line
  // that begins with "#" is a comment. Errc::bad_request says what was expected and quotes nothing.
  [[nodiscard]] static Result<std::vector<MasterKey>> parse(std::string_view text);

  // 32 hexadecimal digits that tell keys apart; nothing about the key follows from them.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  // Its first eight, for messages.
  [[nodiscard]] std::string short_id() const { return id_.substr(0, 8); }
  [[nodiscard]] Secret to_hex() const;
  [[nodiscard]] MasterKey clone() const;

  [[nodiscard]] std::string seal(const Secret& secret, const SecretPlace& place) const;
  // Nullopt where the bytes were changed, belong elsewhere or are of another key.
  [[nodiscard]] std::optional<Secret> open(std::string_view sealed, const SecretPlace& place) const;

 private:
  explicit MasterKey(Secret bytes);
  [[nodiscard]] const unsigned char* bytes() const;

  Secret bytes_;
  std::string id_;
};

}  // namespace tollway::settings
