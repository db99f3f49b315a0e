// How all that a runtime asks does: what its calls have in common to decide where they go.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "client/chat_model_options.hpp"
#include "dispatch/standings.hpp"
#include "routing/affinity.hpp"
#include "routing/decide.hpp"
#include "routing/line.hpp"
#include "routing/random.hpp"
#include "routing/retry_budget.hpp"
#include "settings/routing_settings.hpp"

namespace tollway::client {

// One API key at one base URL, in the words of the standings that hold what is known of it.
struct UpstreamKey {
  std::shared_ptr<dispatch::Standings> standings;
  std::string provider;  // "openrouter"
  std::string key_name;  // tells the provider's keys and URLs apart, no secret: "", "2"
};

// One of a runtime, made with the settings of its first model: its breakers and its budget are for
// all. Thread-safe but for what is of the runtime's thread.
class Engine {
 public:
  explicit Engine(const settings::RoutingSettings& settings);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // A program that has a key for each of its users must not grow with them: the keys beyond these
  // have standings of their own, for as long as their model lasts.
  static constexpr std::size_t keys_max = 256;

  // The same for all models that ask there with that key. `options.limits` hold from now on.
  [[nodiscard]] UpstreamKey key_of(const ChatModelOptions& options);

  routing::RetryBudget budget;
  routing::Line line;
  routing::Random random;  // of the runtime's thread, as are the next two
  routing::Router router;
  // Where conversations were served lately: a quarter of a megabyte, for who has alternatives.
  [[nodiscard]] routing::Affinity& affinity() {
    return affinity_ ? *affinity_ : affinity_.emplace();
  }

 private:
  using Digest = std::array<unsigned char, 32>;
  [[nodiscard]] static Digest digest_of(const ChatModelOptions& options);

  const routing::BreakerOptions breaker_;
  std::shared_ptr<dispatch::Standings> standings_;
  std::optional<routing::Affinity> affinity_;
  std::mutex mutex_;
  std::map<Digest, std::string> names_;           // of keys
  std::map<std::string, int, std::less<>> last_;  // number that a provider's keys have come to
};

}  // namespace tollway::client
