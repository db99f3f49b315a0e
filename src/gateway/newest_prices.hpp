// The newest prices, which change under requests that are under way.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

#include "gateway/prices.hpp"

namespace tollway::gateway {

// Belongs to one loop's thread, as do the prices it hands out.
class NewestPrices {
 public:
  NewestPrices() = default;
  // As of Prices.
  NewestPrices(std::unordered_map<std::string, pricing::Rates> own, Prices::Lists lists);
  void ask_for_tiers(Prices::Endpoints endpoints);
  void use(Prices::Overrides overrides);

  // What holds at that moment. New lists and overrides change nothing in it: a request that keeps
  // it is charged by the prices it was admitted at. Allocates only where there are new ones.
  [[nodiscard]] std::shared_ptr<Prices> at(std::chrono::system_clock::time_point now);

 private:
  void renew();

  std::unordered_map<std::string, pricing::Rates> own_;
  Prices::Lists lists_;
  Prices::Endpoints endpoints_;
  Prices::Overrides overrides_;
  catalog::CataloguePointer catalogue_;  // null: none yet
  std::chrono::system_clock::time_point looked_at_;
  std::shared_ptr<Prices> newest_;  // null: something has changed
};

}  // namespace tollway::gateway
