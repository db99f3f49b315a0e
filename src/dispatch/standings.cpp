#include "dispatch/standings.hpp"

#include <tuple>
#include <utility>

namespace tollway::dispatch {

routing::KeyStanding& Standings::key_of(const Name& name) {
  return keys_.try_emplace(name, name.provider, name.key_name).first->second;
}

routing::Standing& Standings::endpoint(std::string_view provider, std::string_view key_name,
                                       std::string_view model) {
  const std::scoped_lock lock(mutex_);
  Name name{.provider = std::string(provider),
            .key_name = std::string(key_name),
            .model = std::string(model)};
  auto found = endpoints_.find(name);
  if (found != endpoints_.end()) return found->second;
  if (endpoints_.size() >= endpoints_max) name.model.clear();
  found = endpoints_.try_emplace(name, options_).first;
  found->second.any_model = name.model.empty();
  if (const auto forced = forced_.find(provider); forced != forced_.end()) {
    found->second.breaker.force(forced->second);
  }
  name.model.clear();
  found->second.key = &key_of(name);
  return found->second;
}

std::vector<routing::Standing*> Standings::endpoints_of(std::string_view provider,
                                                        std::string_view key_name) {
  const std::scoped_lock lock(mutex_);
  std::vector<routing::Standing*> all;
  const Name first{
      .provider = std::string(provider), .key_name = std::string(key_name), .model = {}};
  for (auto at = endpoints_.lower_bound(first); at != endpoints_.end(); ++at) {
    if (at->first.provider != provider || at->first.key_name != key_name) break;
    all.push_back(&at->second);
  }
  return all;
}

routing::KeyStanding& Standings::key(std::string_view provider, std::string_view key_name,
                                     const routing::Limits& limits) {
  const std::scoped_lock lock(mutex_);
  routing::KeyStanding& key =
      key_of({.provider = std::string(provider), .key_name = std::string(key_name), .model = {}});
  key.limiter.set_limits(limits);
  return key;
}

void Standings::force(std::string_view provider, routing::Breaker::Force force) {
  const std::scoped_lock lock(mutex_);
  forced_.insert_or_assign(std::string(provider), force);
  for (auto& [name, standing] : endpoints_) {
    if (name.provider == provider) standing.breaker.force(force);
  }
}

std::vector<Standings::Row> Standings::endpoints() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Row> rows;
  rows.reserve(endpoints_.size());
  for (const auto& [name, standing] : endpoints_) {
    rows.push_back({.provider = name.provider,
                    .key_name = name.key_name,
                    .model = name.model,
                    .standing = &standing});
  }
  return rows;
}

std::vector<const routing::KeyStanding*> Standings::keys() const {
  const std::scoped_lock lock(mutex_);
  std::vector<const routing::KeyStanding*> all;
  all.reserve(keys_.size());
  for (const auto& [name, key] : keys_) all.push_back(&key);
  return all;
}

}  // namespace tollway::dispatch
