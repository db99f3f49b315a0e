#include <utility>

#include "base/error.hpp"
#include "client/pricing_fetcher_state.hpp"

namespace tollway {
namespace {

std::unexpected<Error> ended() {
  return client_error(Errc::cancelled, "the pricing fetcher ended before it had asked");
}

}  // namespace

Result<PricingFetcher> PricingFetcher::create(PricingFetcherOptions options) {
  auto overrides = client::read_overrides(options.settings);
  if (!overrides) return std::unexpected(std::move(overrides.error()));
  return PricingFetcher(std::make_shared<State>(std::move(options), std::move(*overrides)));
}

PricingFetcher::PricingFetcher(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

std::optional<ModelPricing> PricingFetcher::get_model_pricing(std::string_view model,
                                                              std::string_view provider,
                                                              std::string_view service_tier,
                                                              std::optional<PriceTime> at) const {
  return state_->of_model(provider, model, service_tier, at);
}

std::vector<ModelPricing> PricingFetcher::get_all_pricing(std::string_view provider) const {
  return state_->all_of(provider);
}

void PricingFetcher::async_get_model_pricing(
    std::string model, std::string provider,
    std::function<void(Result<std::optional<ModelPricing>>)> done) const {
  async_get_model_pricing(std::move(model), std::move(provider), {}, std::move(done));
}

// The state's thread runs the job, so the state is there; a copy would let it join itself.
void PricingFetcher::async_get_model_pricing(
    std::string model, std::string provider, std::string service_tier,
    std::function<void(Result<std::optional<ModelPricing>>)> done,
    std::optional<PriceTime> at) const {
  auto asked = provider;
  state_->run_later(
      {.providers = {std::move(asked)},
       .done = [state = state_.get(), model = std::move(model), provider = std::move(provider),
                service_tier = std::move(service_tier), done = std::move(done),
                at](bool was_asked) {
         if (!was_asked) return done(ended());
         done(state->of_model(provider, model, service_tier, at));
       }});
}

void PricingFetcher::async_get_all_pricing(
    std::string provider, std::function<void(Result<std::vector<ModelPricing>>)> done) const {
  auto asked = provider;
  state_->run_later({.providers = {std::move(asked)},
                     .done = [state = state_.get(), provider = std::move(provider),
                              done = std::move(done)](bool was_asked) {
                       if (!was_asked) return done(ended());
                       done(state->all_of(provider));
                     }});
}

void PricingFetcher::after_asking(std::vector<std::string> providers,
                                  std::function<void(const PricingFetcher*)> done) const {
  state_->run_later({.providers = std::move(providers),
                     .done = [state = state_.get(), done = std::move(done)](bool was_asked) {
                       if (!was_asked) return done(nullptr);
                       // Owns nothing, so that it may go on the state's own thread.
                       const PricingFetcher borrowed(
                           std::shared_ptr<State>(std::shared_ptr<State>(), state));
                       done(&borrowed);
                     }});
}

// Local ones would be asked whether they are there, and their lists state no prices.
std::vector<std::string> PricingFetcher::available_providers() const {
  std::vector<std::string> keys;
  for (const auto& one : state_->providers.all) {
    if (one->info().is_cloud && one->is_available(state_->settings)) {
      keys.push_back(one->info().provider_key);
    }
  }
  return keys;
}

Result<> PricingFetcher::refresh(std::string_view provider) const {
  return state_->refresh(provider);
}

PricingCache& PricingFetcher::cache() const noexcept {
  return *state_->cache;
}

const Providers& PricingFetcher::providers() const noexcept {
  return state_->providers;
}

}  // namespace tollway
