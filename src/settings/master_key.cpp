#include "settings/master_key.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

namespace tollway::settings {
namespace {

constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t keys_max = 8;  // in one text
constexpr std::string_view id_purpose = "tollway master key id";

const unsigned char* unsigned_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* unsigned_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

std::string hex_of(std::string_view bytes) {
  std::string hex(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), unsigned_of(bytes), bytes.size());
  hex.pop_back();
  return hex;
}

// No name of a setting holds a NUL, so no two places have the same text.
std::string associated_data(const std::string& key_id, const SecretPlace& place) {
  std::string text = fmt::format("tollway secret 1\n{}\n{}\n", key_id, place.api_key_id);
  text += place.setting;
  return text;
}

std::optional<Secret> decode(std::string_view word) {
  std::string bytes(key_bytes, '\0');
  std::size_t size = 0;
  if (word.size() == 2 * key_bytes &&
      sodium_hex2bin(unsigned_of(bytes), bytes.size(), word.data(), word.size(), nullptr, &size,
                     nullptr) == 0 &&
      size == key_bytes) {
    return Secret(std::move(bytes));
  }
  for (const int variant :
       {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
        sodium_base64_VARIANT_URLSAFE, sodium_base64_VARIANT_URLSAFE_NO_PADDING}) {
    if (sodium_base642bin(unsigned_of(bytes), bytes.size(), word.data(), word.size(), nullptr,
                          &size, nullptr, variant) == 0 &&
        size == key_bytes) {
      return Secret(std::move(bytes));
    }
  }
  sodium_memzero(bytes.data(), bytes.size());
  return std::nullopt;
}

// A placeholder such as 64 zeros is no key.
bool looks_random(const Secret& key) {
  std::array<bool, 256> seen{};
  for (const char byte : key.reveal()) seen[static_cast<unsigned char>(byte)] = true;
  return std::ranges::count(seen, true) >= 8;
}

}  // namespace

MasterKey::MasterKey(Secret bytes) : bytes_(std::move(bytes)) {
  std::string hash(crypto_generichash_BYTES_MIN, '\0');
  crypto_generichash(unsigned_of(hash), hash.size(), unsigned_of(id_purpose), id_purpose.size(),
                     this->bytes(), key_bytes);
  id_ = hex_of(hash);
}

const unsigned char* MasterKey::bytes() const {
  return unsigned_of(bytes_.reveal());
}

Result<MasterKey> MasterKey::generate() {
  if (sodium_init() < 0) return internal_error("libsodium cannot be used: no random numbers");
  std::string bytes(key_bytes, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return MasterKey(Secret(std::move(bytes)));
}

Result<std::vector<MasterKey>> MasterKey::parse(std::string_view text) {
  if (sodium_init() < 0) return internal_error("libsodium cannot be used");
  constexpr std::string_view between = " \t\r\n,";
  std::vector<MasterKey> keys;
  while (!text.empty()) {
    const std::size_t begin = text.find_first_not_of(between);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::size_t size =
        std::min(text.size(), text.find_first_of(text.starts_with('#') ? "\n" : between));
    const std::string_view word = text.substr(0, size);
    text.remove_prefix(size);
    if (word.starts_with('#')) continue;
    auto bytes = decode(word);
    if (!bytes || !looks_random(*bytes) || keys.size() == keys_max) {
      return client_error(
          Errc::bad_request,
          fmt::format("expected a master key of 32 random bytes as 64 hexadecimal digits or in "
                      "base64; a word of {} characters came; `openssl rand -hex 32` makes a key",
                      word.size()));
    }
    keys.push_back(MasterKey(std::move(*bytes)));
  }
  if (keys.empty()) {
    return client_error(Errc::bad_request,
                        "expected a master key of 64 hexadecimal digits; there is none");
  }
  return keys;
}

Secret MasterKey::to_hex() const {
  return Secret(hex_of(bytes_.reveal()));
}

MasterKey MasterKey::clone() const {
  return MasterKey(bytes_.clone());
}

std::string MasterKey::seal(const Secret& secret, const SecretPlace& place) const {
  const std::string_view plain = secret.reveal();
  const std::string bound = associated_data(id_, place);
  std::string sealed(nonce_bytes + plain.size() + tag_bytes, '\0');
  randombytes_buf(sealed.data(), nonce_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(unsigned_of(sealed) + nonce_bytes, nullptr,
                                             unsigned_of(plain), plain.size(), unsigned_of(bound),
                                             bound.size(), nullptr, unsigned_of(sealed), bytes());
  return sealed;
}

std::optional<Secret> MasterKey::open(std::string_view sealed, const SecretPlace& place) const {
  if (sealed.size() < nonce_bytes + tag_bytes) return std::nullopt;
  const std::string bound = associated_data(id_, place);
  const std::string_view text = sealed.substr(nonce_bytes);
  std::string plain(text.size() - tag_bytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(unsigned_of(plain), nullptr, nullptr,
                                                 unsigned_of(text), text.size(), unsigned_of(bound),
                                                 bound.size(), unsigned_of(sealed), bytes()) != 0) {
    return std::nullopt;
  }
  return Secret(std::move(plain));
}

}  // namespace tollway::settings
