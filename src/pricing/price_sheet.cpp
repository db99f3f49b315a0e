#include "pricing/price_sheet.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ranges>
#include <utility>

#include "pricing/makers.hpp"

namespace tollway::pricing {
namespace {

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

}  // namespace

std::string_view sheet_name(std::string_view provider) noexcept {
  if (provider == "xai") return "x-ai";
  if (provider == "zai") return "zhipuai";
  if (provider == "moonshot") return "moonshotai";
  return provider;
}

bool Validity::holds(SystemTime at) const noexcept {
  if (from && at < *from) return false;
  if (to && at >= *to) return false;
  if (!daily) return true;
  const auto time = std::chrono::duration_cast<std::chrono::seconds>(
      at - std::chrono::floor<std::chrono::days>(at));
  if (daily->start <= daily->end) return time >= daily->start && time < daily->end;
  return time >= daily->start || time < daily->end;
}

const std::vector<Period>* PricedModel::periods_of(llm::ServiceTier tier) const noexcept {
  if (tier == llm::ServiceTier::standard) return periods.empty() ? nullptr : &periods;
  const auto found = std::ranges::find(tiers, tier, &Tier::tier);
  return found == tiers.end() ? nullptr : &found->periods;
}

const Period* PricedModel::period(SystemTime at, llm::ServiceTier tier) const noexcept {
  const auto* known = periods_of(tier);
  if (known == nullptr) return nullptr;
  for (const auto& period : std::views::reverse(*known)) {
    if (period.when.holds(at)) return &period;
  }
  return nullptr;
}

const Rates* PricedModel::rates(SystemTime at, llm::ServiceTier tier) const noexcept {
  const auto* const holding = period(at, tier);
  return holding == nullptr ? nullptr : &holding->rates;
}

const Rates& PricedModel::rates(SystemTime at) const noexcept {
  static constexpr Rates none{};
  const Rates* const known = rates(at, llm::ServiceTier::standard);
  return known == nullptr ? none : *known;
}

bool PricedModel::has_prices(llm::ServiceTier tier) const noexcept {
  const auto* known = periods_of(tier);
  return known != nullptr && std::ranges::any_of(*known, [](const Period& period) {
           return std::ranges::any_of(period.rates,
                                      [](const auto& rate) { return rate.has_value(); });
         });
}

bool agree(std::span<const Period> periods, const Rates& listed) noexcept {
  return std::ranges::any_of(periods, [&listed](const Period& period) {
    return std::ranges::all_of(std::array{Unit::input, Unit::output}, [&](Unit unit) {
      const auto& ours = rate(period.rates, unit);
      const auto& theirs = rate(listed, unit);
      return ours && theirs && ours->base == theirs->base;
    });
  });
}

TierOfModel tier_of_model(std::string_view model, llm::ServiceTier tier) noexcept {
  constexpr std::string_view suffix = ":batch";
  if (tier != llm::ServiceTier::standard || !model.ends_with(suffix)) {
    return {.model = model, .tier = tier};
  }
  model.remove_suffix(suffix.size());
  return {.model = model, .tier = llm::ServiceTier::batch};
}

const VendorSheet* PriceSheet::vendor(std::string_view provider) const {
  const auto at = std::ranges::lower_bound(vendors_, provider, {}, &VendorSheet::provider);
  return at != vendors_.end() && at->provider == provider ? &*at : nullptr;
}

std::optional<PriceSheet::Found> PriceSheet::find(std::string_view provider,
                                                  std::string_view model) const {
  if (model.size() > NameMatch::name_bytes_max) return std::nullopt;
  const std::string name = lowered(model);
  const auto in = [&name](const VendorSheet& sheet) -> std::optional<Found> {
    const auto found = std::ranges::find_if(
        sheet.models, [&name](const PricedModel& row) { return row.match.matches(name); });
    if (found == sheet.models.end()) return std::nullopt;
    return Found{.sheet = &sheet, .model = &*found};
  };
  const auto* own = vendor(provider);
  if (own == nullptr) return std::nullopt;
  if (auto found = in(*own)) return found;
  for (const auto& other : own->fallback) {
    const auto* sheet = vendor(other);
    if (sheet == nullptr) continue;
    if (auto found = in(*sheet)) return found;
  }
  return std::nullopt;
}

bool PriceSheet::has_discounts() const noexcept {
  return std::ranges::any_of(vendors_,
                             [](const VendorSheet& sheet) { return !sheet.discounts.empty(); });
}

std::optional<Discount> PriceSheet::discount(std::string_view provider, std::string_view model,
                                             llm::ServiceTier tier, SystemTime at) const {
  const auto* sheet = vendor(provider);
  if (sheet == nullptr || model.size() > NameMatch::name_bytes_max) return std::nullopt;
  const std::string name = lowered(model);
  for (const auto& granted : std::views::reverse(sheet->discounts)) {
    const bool of_tier = !granted.tier || *granted.tier == tier;
    if (of_tier && granted.when.holds(at) && granted.match.matches(name)) return granted.discount;
  }
  return std::nullopt;
}

std::optional<PriceSheet::Found> PriceSheet::find_by_name(std::string_view model) const {
  for (const auto& maker : makers_of(model)) {
    if (auto found = find(maker.provider, maker.model)) return found;
  }
  return std::nullopt;
}

}  // namespace tollway::pricing
