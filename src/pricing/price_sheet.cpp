#include "pricing/price_sheet.hpp"

#include <algorithm>
#include <cctype>

namespace tollway::pricing {

bool Period::holds(SystemTime at) const noexcept {
  if (from && at < *from) return false;
  if (!daily) return true;
  const auto time = std::chrono::duration_cast<std::chrono::seconds>(
      at - std::chrono::floor<std::chrono::days>(at));
  if (daily->start <= daily->end) return time >= daily->start && time < daily->end;
  return time >= daily->start || time < daily->end;
}

const Rates& PricedModel::rates(SystemTime at) const noexcept {
  for (auto period = periods.rbegin(); period != periods.rend(); ++period) {
    if (period->holds(at)) return period->rates;
  }
  return periods.front().rates;
}

const VendorSheet* PriceSheet::vendor(std::string_view provider) const {
  const auto at = std::ranges::lower_bound(vendors_, provider, {}, &VendorSheet::provider);
  return at != vendors_.end() && at->provider == provider ? &*at : nullptr;
}

std::optional<PriceSheet::Found> PriceSheet::find(std::string_view provider,
                                                  std::string_view model) const {
  if (model.size() > NameMatch::name_bytes_max) return std::nullopt;
  std::string name(model);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
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

}  // namespace tollway::pricing
