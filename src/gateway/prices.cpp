#include "gateway/prices.hpp"

#include <utility>

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

}  // namespace

Prices::Prices(std::unordered_map<std::string, pricing::Rates> own) : own_(std::move(own)) {}

void Prices::use(Overrides overrides) {
  overrides_ = std::move(overrides);
  found_.clear();
}

const pricing::PricedModel* Prices::look_up(std::string_view provider,
                                            std::string_view model) const {
  if (overrides_ != nullptr) {
    if (const auto* priced = in_sheet(*overrides_, provider, model)) return priced;
  }
  return in_sheet(pricing::PriceSheet::built_in(), provider, model);
}

const pricing::Rates* Prices::find(std::string_view provider, std::string_view model,
                                   std::chrono::system_clock::time_point at) {
  if (model.empty()) return nullptr;
  name_.assign(provider).append(" ").append(model);
  auto known = found_.find(name_);
  if (known == found_.end()) {
    const std::string bare(model);
    if (const auto own = own_.find(bare); own != own_.end()) return &own->second;
    if (found_.size() >= found_max) found_.clear();
    known = found_.emplace(name_, look_up(provider, model)).first;
  }
  if (known->second == nullptr) return nullptr;
  return &known->second->rates(std::chrono::floor<std::chrono::seconds>(at));
}

}  // namespace tollway::gateway
