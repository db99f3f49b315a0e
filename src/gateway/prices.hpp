// What models cost, found fast.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pricing/price_sheet.hpp"

namespace tollway::gateway {

// The operator's prices and the built-in sheet, with the models that were asked for lately. Belongs
// to one loop's thread.
class Prices {
 public:
  Prices() = default;
  // `own` are rates that the sheet does not have, by model.
  explicit Prices(std::unordered_map<std::string, pricing::Rates> own);

  using Overrides = std::shared_ptr<const pricing::PriceSheet>;  // null: none
  // Prices that come before all others, from now on.
  void use(Overrides overrides);

  // The rates of a provider's model, as answered or else as asked for, at that moment; null where
  // nobody knows them. They last until the next use().
  [[nodiscard]] const pricing::Rates* find(std::string_view provider, std::string_view model,
                                           std::chrono::system_clock::time_point at);

 private:
  [[nodiscard]] const pricing::PricedModel* look_up(std::string_view provider,
                                                    std::string_view model) const;

  std::unordered_map<std::string, pricing::Rates> own_;
  Overrides overrides_;
  std::unordered_map<std::string, const pricing::PricedModel*> found_;  // null: in no sheet
  std::string name_;                                                    // "provider model"
};

}  // namespace tollway::gateway
