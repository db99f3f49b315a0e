// The keys that clients of this gateway present.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "routing/strategy.hpp"
#include "tollway/secret.hpp"

namespace tollway::gateway {

struct GatewayKey {
  std::string label;   // "default" for the first
  std::string masked;  // "sk-tw-...abcd", for people
  std::array<unsigned char, 32> hash{};
  std::int64_t created_s = 0;                   // Unix seconds
  const routing::Strategy* strategy = nullptr;  // for its requests; null: the gateway's
};

// Keys by their BLAKE2b-256 hash; the keys themselves are nowhere. Immutable once open, so all
// threads share it.
class GatewayKeys {
 public:
  // Reads DIRECTORY/gateway_keys.json, or creates it (mode 0600) with one fresh key, which is
  // returned this once. An unreadable or malformed file is an error that names it.
  struct Opened;
  [[nodiscard]] static Result<Opened> open(const std::string& directory);

  // The key that `presented` is, or null. Time does not depend on how much of it is right.
  [[nodiscard]] const GatewayKey* find(std::string_view presented) const noexcept;

 private:
  std::vector<GatewayKey> keys_;
};

struct GatewayKeys::Opened {
  GatewayKeys keys;
  std::optional<Secret> created;
};

}  // namespace tollway::gateway
