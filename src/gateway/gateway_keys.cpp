#include "gateway/gateway_keys.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tollway::gateway {
namespace {

constexpr std::string_view prefix = "sk-tw-";
constexpr std::size_t key_bytes = 32;  // 256 bits

using Hash = std::array<unsigned char, 32>;

Hash hash_of(std::string_view key) noexcept {
  Hash hash;
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(key.data()),
                     key.size(), nullptr, 0);
  return hash;
}

std::string to_hex(std::span<const unsigned char> bytes) {
  std::string hex(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  hex.pop_back();
  return hex;
}

Secret new_key() {
  std::array<unsigned char, key_bytes> random;
  randombytes_buf(random.data(), random.size());
  std::string text(prefix);
  text += to_hex(random);
  sodium_memzero(random.data(), random.size());
  return Secret(std::move(text));
}

// Whole or not at all: a crash in between leaves no half-written file behind the name.
Result<> write_file(const std::string& path, std::string_view content) {
  const std::string draft = path + ".new";
  const auto failed = [&](const char* doing) {
    return internal_error(fmt::format("cannot {} {}: {}", doing, draft, std::strerror(errno)));
  };
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed("create");
  const auto size = ::write(file, content.data(), content.size());
  const bool synced = size == static_cast<ssize_t>(content.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!synced) return failed("write");
  if (::rename(draft.c_str(), path.c_str()) != 0) return failed("rename");
  return {};
}

std::string to_json(const GatewayKey& key) {
  const boost::json::value document{{"keys", boost::json::array{{{"label", key.label},
                                                                 {"masked", key.masked},
                                                                 {"blake2b_256", to_hex(key.hash)},
                                                                 {"created_s", key.created_s}}}}};
  return boost::json::serialize(document) + "\n";
}

// Of a row that names one: nobody but an operator writes it there.
Result<const routing::Strategy*> strategy_of(const boost::json::object& row,
                                             const std::string& path) {
  const auto* const named = row.if_contains("strategy");
  if (named == nullptr) return nullptr;
  if (const auto* const text = named->if_string()) {
    if (const auto* const found = routing::strategy_named(*text)) return found;
  }
  return internal_error(fmt::format(
      "{} holds a key with the strategy {}; expected one of those that routing.strategy may be",
      path, boost::json::serialize(*named)));
}

Result<GatewayKey> from_json(const boost::json::value& row, const std::string& path) {
  GatewayKey key;
  try {
    key.label = boost::json::value_to<std::string>(row.at("label"));
    key.masked = boost::json::value_to<std::string>(row.at("masked"));
    key.created_s = row.at("created_s").to_number<std::int64_t>();
    auto strategy = strategy_of(row.as_object(), path);
    if (!strategy) return std::unexpected(std::move(strategy.error()));
    key.strategy = *strategy;
    const auto hex = boost::json::value_to<std::string>(row.at("blake2b_256"));
    std::size_t size = 0;
    if (sodium_hex2bin(key.hash.data(), key.hash.size(), hex.data(), hex.size(), nullptr, &size,
                       nullptr) == 0 &&
        size == key.hash.size() && hex.size() == 2 * size) {
      return key;
    }
  } catch (const std::exception& e) {
    return internal_error(fmt::format("{} holds a row that is no key: {}", path, e.what()));
  }
  return internal_error(fmt::format("{} holds a hash that is not 64 hex digits", path));
}

}  // namespace

Result<GatewayKeys::Opened> GatewayKeys::open(const std::string& directory) {
  if (sodium_init() < 0) return internal_error("libsodium cannot be initialised");
  const std::string path = directory + "/gateway_keys.json";
  Opened opened;
  if (!std::filesystem::exists(path)) {
    Secret secret = new_key();
    GatewayKey key{.label = "default",
                   .masked = std::string(prefix) + secret.masked(),
                   .hash = hash_of(secret.reveal()),
                   .created_s = std::time(nullptr)};
    if (const auto written = write_file(path, to_json(key)); !written) {
      return std::unexpected(written.error());
    }
    opened.keys.keys_.push_back(std::move(key));
    opened.created = std::move(secret);
    return opened;
  }
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  boost::json::error_code code;
  const auto document = boost::json::parse(content.str(), code);
  const auto* const rows =
      code || !document.is_object() ? nullptr : document.as_object().if_contains("keys");
  if (!file || rows == nullptr || !rows->is_array() || rows->as_array().empty()) {
    return internal_error(fmt::format(
        "{} cannot be read as a list of keys; restore it, or remove it to get a new key", path));
  }
  for (const auto& row : rows->as_array()) {
    auto key = from_json(row, path);
    if (!key) return std::unexpected(key.error());
    opened.keys.keys_.push_back(std::move(*key));
  }
  return opened;
}

const GatewayKey* GatewayKeys::find(std::string_view presented) const noexcept {
  if (!presented.starts_with(prefix)) return nullptr;
  const Hash hash = hash_of(presented);
  for (const GatewayKey& key : keys_) {
    if (sodium_memcmp(hash.data(), key.hash.data(), hash.size()) == 0) return &key;
  }
  return nullptr;
}

}  // namespace tollway::gateway
