#include "gateway/newest_prices.hpp"

#include <utility>

namespace tollway::gateway {

NewestPrices::NewestPrices(std::unordered_map<std::string, pricing::Rates> own, Prices::Lists lists)
    : own_(std::move(own)), lists_(std::move(lists)) {}

void NewestPrices::ask_for_tiers(Prices::Endpoints endpoints) {
  endpoints_ = std::move(endpoints);
  newest_.reset();
}

void NewestPrices::use(Prices::Overrides overrides) {
  overrides_ = std::move(overrides);
  newest_.reset();
}

std::shared_ptr<Prices> NewestPrices::at(std::chrono::system_clock::time_point now) {
  const bool looks = lists_ && (now < looked_at_ || now - looked_at_ >= std::chrono::seconds(1));
  if (looks) {
    looked_at_ = now;
    auto list = lists_();
    if (list != catalogue_) newest_.reset();
    catalogue_ = std::move(list);
  }
  if (newest_ == nullptr) renew();
  return newest_;
}

void NewestPrices::renew() {
  newest_ = std::make_shared<Prices>(own_, [catalogue = catalogue_] { return catalogue; });
  if (endpoints_) newest_->ask_for_tiers(endpoints_);
  newest_->use(overrides_);
}

}  // namespace tollway::gateway
