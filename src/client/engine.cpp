#include "client/engine.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <random>
#include <string_view>
#include <tuple>

#include "client/pricing_rows.hpp"
#include "client/routing_options.hpp"

namespace tollway::client {
namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

}  // namespace

Engine::Engine(const settings::RoutingSettings& settings)
    : budget(settings.retry_share, settings.retries_saved_max),
      line(settings.queue_max),
      random(random_seed()),
      router(random_seed()),
      breaker_(breaker_options(settings)),
      standings_(std::make_shared<dispatch::Standings>(breaker_)) {}

// The secret itself is kept nowhere.
Engine::Digest Engine::digest_of(const ChatModelOptions& options) {
  const http::Url& url = options.base_url;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, std::tuple_size_v<Digest>);
  const auto add = [&state](std::string_view text) {
    const std::uint64_t size = text.size();  // so that no two lists of texts are one
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&size), sizeof size);
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()), size);
  };
  add(options.provider_key);
  add(url.origin.to_string());
  add(url.path);
  add(options.authentication.header);
  add(options.authentication.value.reveal());
  Digest digest;
  crypto_generichash_final(&state, digest.data(), digest.size());
  return digest;
}

UpstreamKey Engine::key_of(const ChatModelOptions& options) {
  UpstreamKey key{.standings = standings_, .provider = lower(options.provider_key), .key_name = {}};
  const Digest digest = digest_of(options);
  {
    const std::scoped_lock lock(mutex_);
    const auto known = names_.find(digest);
    if (known != names_.end()) {
      key.key_name = known->second;
    } else if (names_.size() < keys_max) {
      const int number = ++last_[key.provider];
      if (number > 1) key.key_name = fmt::format("{}", number);
      names_.emplace(digest, key.key_name);
    } else {
      key.standings = std::make_shared<dispatch::Standings>(breaker_);
    }
  }
  key.standings->force(key.provider, options.breaker);
  key.standings->share(key.provider, options.shared_limits);
  std::ignore = key.standings->key(key.provider, key.key_name, options.limits);
  return key;
}

}  // namespace tollway::client
