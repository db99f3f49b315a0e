#include "gateway/prices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "pricing/openrouter_prices.hpp"

namespace tollway::gateway {
namespace {

constexpr std::size_t found_max = 4096;

// OpenRouter resells at the makers' prices.
const pricing::PricedModel* in_sheet(const pricing::PriceSheet& sheet, std::string_view provider,
                                     std::string_view model) {
  auto found = sheet.find(pricing::sheet_name(provider), model);
  if (!found && provider == "openrouter") found = sheet.find_by_name(model);
  return found ? found->model : nullptr;
}

using pricing::Unit;

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

bool agree(const std::vector<pricing::Period>& periods, const pricing::Rates& listed) {
  return std::ranges::any_of(periods, [&listed](const pricing::Period& period) {
    return std::ranges::all_of(std::array{Unit::input, Unit::output}, [&](Unit unit) {
      const auto& ours = rate(period.rates, unit);
      const auto& theirs = rate(listed, unit);
      return ours && theirs && ours->base == theirs->base;
    });
  });
}

// OpenRouter's rows have tiers and times of day, which only their own reader knows. A model's row
// may be another provider's, at other prices.
std::vector<pricing::Period> periods_of(const catalog::Model& model, const catalog::Offer& offer) {
  const pricing::Rates rates = rates_of(offer.prices);
  if (offer.provider == "openrouter") {
    std::vector<std::string> problems;
    auto read =
        pricing::read_openrouter_prices(fmt::format(R"({{"data":[{}]}})", model.row), problems);
    if (read && read->size() == 1 && agree(read->front().periods, rates)) {
      return std::move(read->front().periods);
    }
  }
  return {{.from = {}, .daily = {}, .rates = rates}};
}

}  // namespace

Prices::Prices(std::unordered_map<std::string, pricing::Rates> own, Lists lists)
    : own_(std::move(own)), lists_(std::move(lists)) {}

void Prices::use(Overrides overrides) {
  overrides_ = std::move(overrides);
  found_.clear();
  listed_.clear();
}

void Prices::look_for_new_lists(std::chrono::system_clock::time_point now) {
  if (!lists_ || (now >= looked_at_ && now - looked_at_ < std::chrono::seconds(1))) return;
  looked_at_ = now;
  auto newest = lists_();
  if (newest == catalogue_) return;
  catalogue_ = std::move(newest);
  found_.clear();
  listed_.clear();
}

const pricing::PricedModel* Prices::listed(std::string_view provider, std::string_view model,
                                           const pricing::PricedModel* sheet) {
  if (catalogue_ == nullptr) return nullptr;
  const catalog::Model* const known = catalogue_->find_offered(provider, model);
  if (known == nullptr) return nullptr;
  const auto* const offer = catalog::Catalogue::offer_of(*known, provider);
  if (offer == nullptr || offer->prices.source != catalog::PriceSource::provider_list ||
      !offer->prices.known()) {
    return nullptr;
  }
  auto periods = periods_of(*known, *offer);
  if (sheet != nullptr && agree(sheet->periods, periods.front().rates)) return nullptr;
  auto& priced = listed_.emplace_back();
  priced.id = known->id;
  priced.periods = std::move(periods);
  return &priced;
}

const pricing::PricedModel* Prices::look_up(std::string_view provider, std::string_view model) {
  const auto* const sheet = in_sheet(pricing::PriceSheet::built_in(), provider, model);
  if (const auto* priced = listed(provider, model, sheet)) return priced;
  if (overrides_ != nullptr) {
    if (const auto* priced = in_sheet(*overrides_, provider, model)) return priced;
  }
  return sheet;
}

const pricing::Rates* Prices::find(std::string_view provider, std::string_view model,
                                   std::chrono::system_clock::time_point at) {
  if (model.empty()) return nullptr;
  look_for_new_lists(at);
  name_.assign(provider).append(" ").append(model);
  auto known = found_.find(name_);
  if (known == found_.end()) {
    const std::string bare(model);
    if (const auto own = own_.find(bare); own != own_.end()) return &own->second;
    if (found_.size() >= found_max) {
      found_.clear();
      listed_.clear();
    }
    known = found_.emplace(name_, look_up(provider, model)).first;
  }
  if (known->second == nullptr) return nullptr;
  return &known->second->rates(std::chrono::floor<std::chrono::seconds>(at));
}

}  // namespace tollway::gateway
