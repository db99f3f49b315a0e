#include <algorithm>
#include <future>
#include <map>
#include <mutex>
#include <utility>

#include "client/pricing_rows.hpp"
#include "tollway/pricing.hpp"

namespace tollway {

struct PricingCache::Parts {
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    Prices prices;
    Time fetched;
    Time used;
  };
  using Flight = std::shared_future<Result<Prices>>;

  explicit Parts(PricingCacheOptions given) : options(std::move(given)) {
    if (!options.now) options.now = [] { return std::chrono::steady_clock::now(); };
  }

  // Under the mutex.
  Prices find(const std::string& key) {
    const auto found = entries.find(key);
    const auto now = options.now();
    if (found == entries.end() || now - found->second.fetched >= options.ttl) {
      if (found != entries.end()) ++statistics.expired;
      ++statistics.misses;
      return nullptr;
    }
    ++statistics.hits;
    found->second.used = now;
    return found->second.prices;
  }

  void keep(const std::string& key, Prices prices) {
    const auto now = options.now();
    entries.insert_or_assign(key, Entry{.prices = std::move(prices), .fetched = now, .used = now});
    while (entries.size() > std::max<std::size_t>(options.providers_max, 1)) {
      entries.erase(std::ranges::min_element(entries, {},
                                             [](const auto& entry) { return entry.second.used; }));
      ++statistics.evicted;
    }
  }

  PricingCacheOptions options;
  mutable std::mutex mutex;
  std::map<std::string, Entry> entries;
  std::map<std::string, Flight> flights;
  std::uint64_t generation = 0;  // of what clear() emptied
  PricingCacheStatistics statistics;
};

PricingCache::PricingCache(PricingCacheOptions options)
    : parts_(std::make_unique<Parts>(std::move(options))) {}
PricingCache::~PricingCache() = default;

PricingCache::Prices PricingCache::get(std::string_view provider) {
  const std::scoped_lock lock(parts_->mutex);
  return parts_->find(client::lower(provider));
}

Result<PricingCache::Prices> PricingCache::get_or_fetch(std::string_view provider,
                                                        const Fetch& fetch) {
  const auto key = client::lower(provider);
  std::promise<Result<Prices>> promise;
  std::unique_lock lock(parts_->mutex);
  if (auto prices = parts_->find(key)) return prices;
  if (const auto flight = parts_->flights.find(key); flight != parts_->flights.end()) {
    ++parts_->statistics.joined;
    const auto joined = flight->second;
    lock.unlock();
    return joined.get();
  }
  parts_->flights.emplace(key, promise.get_future().share());
  const auto generation = parts_->generation;
  lock.unlock();
  auto fetched = fetch();
  lock.lock();
  ++parts_->statistics.fetched;
  if (!fetched) {
    ++parts_->statistics.failed;
  } else if (generation == parts_->generation) {
    parts_->keep(key, *fetched);
  }
  parts_->flights.erase(key);
  lock.unlock();
  promise.set_value(fetched);
  return fetched;
}

void PricingCache::put(std::string_view provider, Prices prices) {
  const std::scoped_lock lock(parts_->mutex);
  parts_->keep(client::lower(provider), std::move(prices));
}

void PricingCache::clear() {
  const std::scoped_lock lock(parts_->mutex);
  parts_->entries.clear();
  ++parts_->generation;
}

PricingCacheStatistics PricingCache::statistics() const {
  const std::scoped_lock lock(parts_->mutex);
  auto statistics = parts_->statistics;
  statistics.providers = parts_->entries.size();
  for (const auto& [key, entry] : parts_->entries) statistics.models += entry.prices->size();
  return statistics;
}

}  // namespace tollway
