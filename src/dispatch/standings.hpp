// How all endpoints and keys do, for as long as the program runs.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "routing/breaker.hpp"
#include "routing/standing.hpp"

namespace tollway::dispatch {

// Thread-safe. What it returns lasts as long as it does, whatever is configured meanwhile: an
// endpoint that was down stays down over a reload.
class Standings {
 public:
  explicit Standings(const routing::BreakerOptions& options = {}) : options_{options} {}
  Standings(const Standings&) = delete;
  Standings& operator=(const Standings&) = delete;

  // One takes some 41 KB. Beyond this many, endpoints share their key's one of no model.
  static constexpr std::size_t endpoints_max = 4096;

  // `model` as the catalogue calls it. All models that no list names share the one of "", so that
  // nobody makes the program grow by asking for what does not exist.
  [[nodiscard]] routing::Standing& endpoint(std::string_view provider, std::string_view key_name,
                                            std::string_view model);
  // Those of one of a provider's keys that were asked so far.
  [[nodiscard]] std::vector<routing::Standing*> endpoints_of(std::string_view provider,
                                                             std::string_view key_name);
  // The limits hold from now on.
  [[nodiscard]] routing::KeyStanding& key(std::string_view provider, std::string_view key_name,
                                          const routing::Limits& limits);

  // What all keys of a provider together may ask, from now on: of all its models, and of single
  // ones, as the catalogue calls them or without their author's name. Where they limit nothing,
  // nothing is limited.
  struct SharedLimits {
    routing::Limits provider;
    std::map<std::string, routing::Limits, std::less<>> models;
  };
  void share(std::string_view provider, const SharedLimits& limits);

  // From now on, for all endpoints, those to come included.
  void use(const routing::BreakerOptions& options);
  // From now on, for all of the provider's endpoints, those to come included.
  void force(std::string_view provider, routing::Breaker::Force force);

  struct Row {
    std::string_view provider;
    std::string_view key_name;
    std::string_view model;  // "": those that no list names
    const routing::Standing* standing = nullptr;
  };
  // All that was asked so far, by provider, key and model.
  [[nodiscard]] std::vector<Row> endpoints() const;
  [[nodiscard]] std::vector<const routing::KeyStanding*> keys() const;

 private:
  struct Name {
    std::string provider;
    std::string key_name;
    std::string model;
    auto operator<=>(const Name&) const = default;
  };
  struct Shared {
    routing::Limiter of_provider;
    std::map<std::string, routing::Limiter, std::less<>> of_models;
  };
  // Under the lock.
  routing::KeyStanding& key_of(const Name& name);
  void set_shared(const Name& name, routing::Standing& standing);

  std::deque<routing::BreakerOptions> options_;  // all that ever held; breakers have the last one's
  mutable std::mutex mutex_;
  std::map<std::string, Shared, std::less<>> shared_;  // by provider; before what points into it
  std::map<Name, routing::Standing> endpoints_;
  std::map<Name, routing::KeyStanding> keys_;
  std::map<std::string, routing::Breaker::Force, std::less<>> forced_;  // by provider
};

}  // namespace tollway::dispatch
