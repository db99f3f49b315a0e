// What models cost, found fast.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "catalog/catalogue.hpp"
#include "ledger/records.hpp"
#include "pricing/price_sheet.hpp"

namespace tollway::gateway {

// In this order: what a provider's own list of models states, the operator's prices, OpenRouter's
// list as it is built in, the built-in sheet, which fills what either list leaves out
// (pricing/filled_prices.hpp); with the models that were asked for lately. Belongs to one loop's
// thread.
class Prices {
 public:
  using Lists = std::function<catalog::CataloguePointer()>;  // the newest; asked once a second

  Prices() = default;
  // `own` are rates that no sheet has, by model.
  Prices(std::unordered_map<std::string, pricing::Rates> own, Lists lists);
  // What OpenRouter says of a model's endpoints, among them those of its tiers; null: nothing, yet.
  using Endpoints = std::function<std::shared_ptr<const std::string>(const std::string& model)>;
  void ask_for_tiers(Endpoints endpoints) { endpoints_ = std::move(endpoints); }

  using Overrides = std::shared_ptr<const pricing::PriceSheet>;  // null: none
  // From now on.
  void use(Overrides overrides);

  // Who says so, and of which Unix day that is; 0: it bears no date.
  struct Origin {
    ledger::PriceSource source = ledger::PriceSource::unknown;
    std::int32_t day = 0;
    bool operator==(const Origin&) const = default;
  };
  struct Found {
    const pricing::Rates* rates = nullptr;  // null: nobody knows them
    Origin origin;  // a list's, where the sheet fills it; the granted discount is not told of
  };
  // The rates of a provider's model, as answered or else as asked for, at that moment; none where
  // nobody knows them, which is the rule for tiers that are not the standard one. They last until
  // the next find() or use().
  [[nodiscard]] Found find(std::string_view provider, std::string_view model,
                           std::chrono::system_clock::time_point at,
                           llm::ServiceTier tier = llm::ServiceTier::standard);

 private:
  struct Priced {
    const pricing::PricedModel* model = nullptr;  // null: nobody knows
    Origin origin;
  };
  struct Row {
    Priced others;  // what anybody but the operator states
    llm::ServiceTier tier = llm::ServiceTier::standard;
    Priced own;  // the operator's, which counts while it holds
  };
  [[nodiscard]] static Priced in_sheet(const pricing::PriceSheet& sheet, ledger::PriceSource source,
                                       std::string_view provider, std::string_view model,
                                       llm::ServiceTier tier);
  // Less what the operator is granted at that moment.
  [[nodiscard]] const pricing::Rates* discounted(const pricing::Rates* rates,
                                                 std::string_view provider, std::string_view model,
                                                 llm::ServiceTier tier, pricing::SystemTime at);
  [[nodiscard]] Row look_up(std::string_view provider, std::string_view model,
                            llm::ServiceTier tier);
  // What the provider's list states, or OpenRouter's built-in one, filled up by `sheet`, which may
  // be null; null where it states nothing.
  [[nodiscard]] Priced listed(std::string_view provider, std::string_view model,
                              const pricing::PricedModel* sheet);
  // What OpenRouter's tier endpoints state; null where they do not.
  [[nodiscard]] Priced in_tier_endpoints(std::string_view model, llm::ServiceTier tier);
  void forget();
  void look_for_new_lists(std::chrono::system_clock::time_point now);

  std::unordered_map<std::string, pricing::Rates> own_;
  Lists lists_;
  Endpoints endpoints_;                  // may be empty
  catalog::CataloguePointer catalogue_;  // null: none yet
  std::chrono::system_clock::time_point looked_at_;
  std::deque<pricing::PricedModel> listed_;  // of catalogue_, for found_
  Overrides overrides_;
  bool grants_ = false;  // of overrides_
  std::map<std::pair<const pricing::Rates*, pricing::Discount>, pricing::Rates> discounted_;
  std::unordered_map<std::string, Row> found_;  // null: nowhere
  std::string name_;                            // "provider model"
};

}  // namespace tollway::gateway
