// What models cost, found fast.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pricing/price_sheet.hpp"

namespace tollway::gateway {

// The built-in sheet, with the models that were asked for lately. Belongs to one loop's thread.
class Prices {
 public:
  Prices() = default;
  // `own` are rates that the sheet does not have, by model.
  explicit Prices(std::unordered_map<std::string, pricing::Rates> own);

  // The rates of a provider's model, as answered or else as asked for, at that moment; null where
  // nobody knows them. They last as long as this.
  [[nodiscard]] const pricing::Rates* find(std::string_view provider, std::string_view model,
                                           std::chrono::system_clock::time_point at);

 private:
  std::unordered_map<std::string, pricing::Rates> own_;
  std::unordered_map<std::string, const pricing::PricedModel*> found_;  // null: in no sheet
  std::string name_;                                                    // "provider model"
};

}  // namespace tollway::gateway
