#include "gateway/prices.hpp"

#include <fmt/format.h>

#include <utility>

#include "pricing/filled_prices.hpp"
#include "pricing/openrouter_prices.hpp"
#include "pricing/stated_at.hpp"

namespace tollway::gateway {
namespace {

constexpr std::size_t found_max = 4096;

std::int32_t day_of(pricing::SystemTime at) {
  return static_cast<std::int32_t>(
      std::chrono::floor<std::chrono::days>(at).time_since_epoch().count());
}

pricing::Rates rates_of(const catalog::Prices& prices) {
  pricing::Rates rates;
  for (std::size_t i = 0; i < catalog::price_key_count; ++i) {
    const auto key = static_cast<catalog::PriceKey>(i);
    const auto unit = pricing::unit_of_openrouter(name_of(key));
    if (!unit || !prices[key]) continue;
    rates[static_cast<std::size_t>(*unit)] =
        pricing::TieredPrice{.base = {.femtodollars = *prices[key]}, .tiers = {}};
  }
  return rates;
}

// Whether `rates` are what the period says, and no tiers besides.
bool states(const pricing::Period& period, const pricing::Rates& rates) {
  for (std::size_t i = 0; i < pricing::unit_count; ++i) {
    if (rates[i] && (!period.rates[i] || period.rates[i]->base != rates[i]->base)) return false;
  }
  return true;
}

// Tiers and times of day are in the row alone. A model's row may be another provider's, at other
// prices.
std::vector<pricing::Period> periods_of(const catalog::Model& model, const catalog::Offer& offer) {
  const pricing::Rates rates = rates_of(offer.prices);
  if (model.row.contains(R"("overrides")")) {
    std::vector<std::string> problems;
    auto read =
        pricing::read_openrouter_prices(fmt::format(R"({{"data":[{}]}})", model.row), problems);
    if (read && read->size() == 1 && !read->front().periods.empty() &&
        states(read->front().periods.front(), rates)) {
      return std::move(read->front().periods);
    }
  }
  return {{.when = {}, .rates = rates, .discount = {}}};
}

// What a list states of it, whose prices are known; null where none does.
const catalog::Offer* offer_in(const catalog::Catalogue* catalogue, std::string_view provider,
                               std::string_view model) {
  const auto* const known =
      catalogue == nullptr ? nullptr : catalogue->find_offered(provider, model);
  const auto* const offer =
      known == nullptr ? nullptr : catalog::Catalogue::offer_of(*known, provider);
  if (offer == nullptr || !offer->prices.known()) return nullptr;
  const auto source = offer->prices.source;
  const bool is_list =
      source == catalog::PriceSource::provider_list || source == catalog::PriceSource::built_in;
  return is_list ? offer : nullptr;
}

}  // namespace

Prices::Prices(std::unordered_map<std::string, pricing::Rates> own, Lists lists)
    : own_(std::move(own)), lists_(std::move(lists)) {}

void Prices::use(Overrides overrides) {
  overrides_ = std::move(overrides);
  grants_ = overrides_ != nullptr && overrides_->has_discounts();
  forget();
}

// OpenRouter resells at the makers' prices; it has no model without an author in its name.
Prices::Priced Prices::in_sheet(const pricing::PriceSheet& sheet, ledger::PriceSource source,
                                std::string_view provider, std::string_view model,
                                llm::ServiceTier tier) {
  auto found = sheet.find(pricing::sheet_name(provider), model);
  if (!found && provider == catalog::openrouter_key && model.contains('/')) {
    found = sheet.find_by_name(model);
  }
  if (!found || !found->model->has_prices(tier)) return {};
  const auto stated = pricing::stated_at(*found->sheet, *found->model, tier);
  return {.model = found->model, .origin = {.source = source, .day = stated ? day_of(*stated) : 0}};
}

void Prices::forget() {
  found_.clear();
  discounted_.clear();
  listed_.clear();
}

void Prices::look_for_new_lists(std::chrono::system_clock::time_point now) {
  if (!lists_ || (now >= looked_at_ && now - looked_at_ < std::chrono::seconds(1))) return;
  looked_at_ = now;
  auto newest = lists_();
  if (newest == catalogue_) return;
  catalogue_ = std::move(newest);
  forget();
}

Prices::Priced Prices::listed(std::string_view provider, std::string_view model,
                              const pricing::PricedModel* sheet) {
  const auto* const offer = offer_in(catalogue_.get(), provider, model);
  if (offer == nullptr) return {};
  const auto* const known = catalogue_->find_offered(provider, model);
  auto& priced = listed_.emplace_back();
  priced.id = known->id;
  priced.periods = periods_of(*known, *offer);
  const pricing::SystemTime as_of(std::chrono::seconds(offer->prices.as_of));
  if (sheet != nullptr) {
    priced.periods = pricing::filled_up(priced.periods, sheet->periods, as_of);
  }
  const bool is_his = offer->prices.source == catalog::PriceSource::provider_list;
  return {.model = &priced,
          .origin = {
              .source = is_his ? ledger::PriceSource::provider_list : ledger::PriceSource::built_in,
              .day = day_of(as_of)}};
}

Prices::Priced Prices::in_tier_endpoints(std::string_view model, llm::ServiceTier tier) {
  if (!endpoints_ || catalogue_ == nullptr) return {};
  const auto* const known = catalogue_->find_offered(catalog::openrouter_key, model);
  const auto stated = known == nullptr ? nullptr : endpoints_(known->id);
  if (stated == nullptr) return {};
  auto periods = pricing::read_openrouter_tier_prices(*stated, tier);
  if (periods.empty()) return {};
  auto& priced = listed_.emplace_back();
  priced.id = known->id;
  priced.tiers.push_back({.tier = tier, .periods = std::move(periods)});
  return {.model = &priced, .origin = {.source = ledger::PriceSource::provider_list}};
}

Prices::Row Prices::look_up(std::string_view provider, std::string_view model,
                            llm::ServiceTier tier) {
  const auto [name, wanted] = pricing::tier_of_model(model, tier);
  const auto own = [&](std::string_view named, llm::ServiceTier of_tier) {
    if (overrides_ == nullptr) return Priced{};
    return in_sheet(*overrides_, ledger::PriceSource::override_price, provider, named, of_tier);
  };
  const Priced sheet = in_sheet(pricing::PriceSheet::built_in(), ledger::PriceSource::built_in,
                                provider, name, wanted);
  // Lists state the standard tier; a row of its own is what a batch's name has there.
  if (tier == llm::ServiceTier::standard) {
    const auto* const same = wanted == tier ? sheet.model : nullptr;
    if (const Priced list = listed(provider, model, same); list.model != nullptr) {
      // What the provider says himself, now, comes before what the operator says.
      const bool is_his = list.origin.source == ledger::PriceSource::provider_list;
      return {.others = list, .tier = tier, .own = is_his ? Priced{} : own(model, tier)};
    }
  }
  if (sheet.model == nullptr && provider == catalog::openrouter_key &&
      wanted != llm::ServiceTier::standard) {
    return {.others = in_tier_endpoints(name, wanted), .tier = wanted, .own = own(name, wanted)};
  }
  return {.others = sheet, .tier = wanted, .own = own(name, wanted)};
}

const pricing::Rates* Prices::discounted(const pricing::Rates* rates, std::string_view provider,
                                         std::string_view model, llm::ServiceTier tier,
                                         pricing::SystemTime at) {
  const auto granted = overrides_->discount(pricing::sheet_name(provider),
                                            pricing::tier_of_model(model, tier).model, tier, at);
  if (!granted) return rates;
  const auto known = discounted_.find({rates, *granted});
  if (known != discounted_.end()) return &known->second;
  if (discounted_.size() >= found_max) discounted_.clear();
  return &discounted_.emplace(std::pair(rates, *granted), pricing::reduced(*rates, *granted))
              .first->second;
}

Prices::Found Prices::find(std::string_view provider, std::string_view model,
                           std::chrono::system_clock::time_point at, llm::ServiceTier tier) {
  if (model.empty()) return {};
  look_for_new_lists(at);
  name_.assign(provider).append(" ").append(model);
  name_ += static_cast<char>(tier);
  auto known = found_.find(name_);
  if (known == found_.end()) {
    const std::string bare(model);
    if (const auto own = own_.find(bare); own != own_.end()) {
      if (tier != llm::ServiceTier::standard) return {};
      return {.rates = &own->second, .origin = {.source = ledger::PriceSource::own}};
    }
    if (found_.size() >= found_max) forget();
    const Row row = look_up(provider, model, tier);
    // What is being asked for may be there the next time.
    const bool is_asked_for = row.others.model == nullptr && row.own.model == nullptr &&
                              row.tier != llm::ServiceTier::standard && endpoints_ &&
                              provider == catalog::openrouter_key;
    if (is_asked_for) return {};
    known = found_.emplace(name_, row).first;
  }
  const auto& [others, of_tier, own] = known->second;
  const auto moment = std::chrono::floor<std::chrono::seconds>(at);
  if (own.model != nullptr) {
    if (const auto* const rates = own.model->rates(moment, of_tier)) return {rates, own.origin};
  }
  if (others.model == nullptr) return {};
  const auto* rates = others.model->rates(moment, of_tier);
  if (rates == nullptr) return {};
  if (grants_) rates = discounted(rates, provider, model, of_tier, moment);
  return {rates, others.origin};
}

}  // namespace tollway::gateway
