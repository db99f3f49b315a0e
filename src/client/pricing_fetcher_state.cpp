#include "client/pricing_fetcher_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "client/model_capabilities.hpp"
#include "client/pricing_lookup.hpp"
#include "pricing/makers.hpp"

namespace tollway {
namespace {

using pricing::PriceSheet;

std::shared_ptr<PricingCache> cache_for(const PricingFetcherOptions& options) {
  if (options.cache != nullptr) return options.cache;
  PricingCacheOptions made;
  if (const auto seconds = options.settings.integer("pricing.cache_ttl")) {
    made.ttl = std::chrono::seconds(*seconds);
  }
  return std::make_shared<PricingCache>(std::move(made));
}

}  // namespace

PricingFetcher::State::State(PricingFetcherOptions options,
                             std::shared_ptr<const PriceSheet> overrides_read)
    : settings(options.settings),
      providers(options.providers.all.empty() ? discover_providers()
                                              : std::move(options.providers)),
      cache(cache_for(options)),
      overrides(std::move(overrides_read)) {}

PricingFetcher::State::~State() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (worker_.joinable()) worker_.join();
}

const Provider* PricingFetcher::State::provider(std::string_view name) const {
  const auto wanted = client::lower(name);
  const auto found = std::ranges::find_if(providers.all, [&wanted](const auto& one) {
    const auto key = client::lower(one->info().provider_key);
    return key == wanted || client::sheet_name(key) == wanted;
  });
  return found == providers.all.end() ? nullptr : found->get();
}

Result<> PricingFetcher::State::refresh(std::string_view name) const {
  const auto* asked = provider(name);
  if (asked == nullptr) {
    return client_error(Errc::not_found, fmt::format("there is no provider \"{}\"", name));
  }
  if (!asked->info().is_cloud) return {};
  auto prices = cache->get_or_fetch(
      asked->info().provider_key, [this, asked]() -> Result<PricingCache::Prices> {
        auto models = asked->list_models(settings);
        if (!models) return std::unexpected(std::move(models.error()));
        return std::make_shared<const std::vector<ModelPricing>>(
            client::listed_prices(asked->info(), *models, client::price_time_now()));
      });
  if (!prices) return std::unexpected(std::move(prices.error()));
  return {};
}

std::optional<ModelPricing> PricingFetcher::State::of_model(std::string_view provider,
                                                            std::string_view model,
                                                            std::string_view tier,
                                                            std::optional<PriceTime> at) const {
  const auto wanted = llm::service_tier_named(tier).value_or(llm::ServiceTier::standard);
  const auto when = at.value_or(client::price_time_now());
  if (!provider.empty()) return of_provider(provider, model, wanted, when);
  if (wanted == llm::ServiceTier::standard) {
    if (auto listed = listed_by_name(model, when)) return listed;
  }
  return client::pricing_by_name(pricing::tier_of_model(model, wanted), overrides, when);
}

std::optional<ModelPricing> PricingFetcher::State::listed_by(std::string_view key,
                                                             std::string_view model,
                                                             PriceTime at) const {
  const auto listed = cache->get(key);
  const auto* found = listed == nullptr ? nullptr : client::find_pricing(*listed, model);
  if (found == nullptr) return std::nullopt;
  return client::discounted(client::filled_up(key, *found), key, model, overrides, at);
}

std::optional<ModelPricing> PricingFetcher::State::listed_by_name(std::string_view model,
                                                                  PriceTime at) const {
  for (const auto& maker : pricing::makers_of(model)) {
    const auto* known = provider(maker.provider);
    if (known == nullptr) continue;
    if (auto found = listed_by(client::lower(known->info().provider_key), maker.model, at)) {
      return found;
    }
  }
  if (!model.contains('/')) return std::nullopt;
  return listed_by(client::resells_at_the_makers_prices, model, at);
}

std::optional<ModelPricing> PricingFetcher::State::of_provider(std::string_view name,
                                                               std::string_view model,
                                                               llm::ServiceTier tier,
                                                               PriceTime at) const {
  const auto* known = provider(name);
  const auto key = client::lower(known == nullptr ? name : known->info().provider_key);
  // Lists state the standard tier; a row of its own is what a batch's name has there.
  if (tier == llm::ServiceTier::standard) {
    if (auto listed = listed_by(key, model, at)) return listed;
  }
  const auto wanted = pricing::tier_of_model(model, tier);
  if (auto found = client::pricing_unasked(key, wanted, overrides, at)) return found;
  if (known != nullptr && !known->info().is_cloud) {
    return client::local_pricing(known->info(), model);
  }
  return std::nullopt;
}

std::vector<ModelPricing> PricingFetcher::State::all_of(std::string_view name) const {
  const auto* known = provider(name);
  const auto key = client::lower(known == nullptr ? name : known->info().provider_key);
  std::map<std::string, ModelPricing> by_name;
  const auto now = client::price_time_now();
  const auto add = [&](const ModelPricing& pricing) {
    by_name.emplace(client::lower(pricing.model),
                    client::discounted(pricing, key, pricing.model, overrides, now));
  };
  if (const auto listed = cache->get(key); listed != nullptr) {
    for (const auto& row : *listed) add(client::filled_up(key, row));
  }
  const auto add_sheet = [&](const PriceSheet& sheet, PricingSource source,
                             const std::shared_ptr<const void>& owner) {
    for (const auto& vendor : sheet.vendors()) {
      if (vendor.provider != client::sheet_name(key)) continue;
      for (const auto& model : vendor.models) {
        if (!model.has_prices() || model.period(now, llm::ServiceTier::standard) == nullptr)
          continue;
        add(client::pricing_of(vendor, model, source, owner));
      }
    }
  };
  if (overrides != nullptr) add_sheet(*overrides, PricingSource::override_price, overrides);
  if (key == client::resells_at_the_makers_prices) {
    for (const auto& listed : client::built_in_listing_prices()) {
      if (!by_name.contains(client::lower(listed.model))) add(client::filled_up(key, listed));
    }
  }
  add_sheet(PriceSheet::built_in(), PricingSource::built_in, {});
  std::vector<ModelPricing> all;
  for (auto& [model, pricing] : by_name) {
    all.push_back(client::with_capabilities(std::move(pricing), key));
  }
  return all;
}

void PricingFetcher::State::run_later(Job job) {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
    if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
  }
  changed_.notify_one();
}

bool PricingFetcher::State::ask(const std::vector<std::string>& names) const {
  for (const auto& name : names) {
    if (ending_) return false;
    if (!name.empty()) static_cast<void>(refresh(name));
  }
  return true;
}

void PricingFetcher::State::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    const bool asks = !ending_;
    lock.unlock();
    job.done(asks && ask(job.providers));
    lock.lock();
  }
}

}  // namespace tollway
