#include "dispatch/standings.hpp"

#include <tuple>
#include <utility>

namespace tollway::dispatch {
namespace {

// "gpt-4o" of "openai/gpt-4o".
std::string_view without_author(std::string_view model) {
  return model.substr(model.rfind('/') + 1);
}

}  // namespace

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
  found = endpoints_.try_emplace(name, options_.back()).first;
  found->second.any_model = name.model.empty();
  set_shared(name, found->second);
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

void Standings::set_shared(const Name& name, routing::Standing& standing) {
  const auto shared = shared_.find(name.provider);
  if (shared == shared_.end()) return;
  standing.of_provider.store(&shared->second.of_provider, std::memory_order_release);
  auto& models = shared->second.of_models;
  auto limited = models.find(name.model);
  if (limited == models.end()) limited = models.find(without_author(name.model));
  if (limited != models.end()) standing.of_model.store(&limited->second, std::memory_order_release);
}

void Standings::share(std::string_view provider, const SharedLimits& limits) {
  const std::scoped_lock lock(mutex_);
  const bool limits_any = limits.provider.any() || !limits.models.empty();
  if (!limits_any && !shared_.contains(provider)) return;
  Shared& shared = shared_[std::string(provider)];
  shared.of_provider.set_limits(limits.provider);
  for (auto& [model, limiter] : shared.of_models) {
    if (!limits.models.contains(model)) limiter.set_limits({});
  }
  for (const auto& [model, limit] : limits.models) shared.of_models[model].set_limits(limit);
  for (auto& [name, standing] : endpoints_) {
    if (name.provider == provider) set_shared(name, standing);
  }
}

void Standings::use(const routing::BreakerOptions& options) {
  const std::scoped_lock lock(mutex_);
  const auto& used = options_.emplace_back(options);
  for (auto& [name, standing] : endpoints_) standing.breaker.use(used);
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
