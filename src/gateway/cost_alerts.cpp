#include "gateway/cost_alerts.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

namespace tollway::gateway {
namespace {

namespace json = boost::json;

json::object event_of(std::string_view name, const CostAlerts::Attempt& attempt,
                      std::uint64_t attempts) {
  return {{"event", name},
          {"provider", attempt.provider},
          {"model", attempt.model},
          {"service_tier", attempt.service_tier.empty() ? "standard" : attempt.service_tier},
          {"attempts", attempts}};
}

std::string line_of(const json::object& event) {
  return fmt::format("event {}", json::serialize(event));
}

}  // namespace

CostAlerts::CostAlerts(std::function<void(std::string_view)> tell,
                       std::function<Clock::time_point()> now)
    : tell_(std::move(tell)), now_(std::move(now)) {}

void CostAlerts::unknown(const Attempt& attempt, Unknown what) {
  const bool price = what == Unknown::price;
  const auto attempts = count(price ? Kind::unknown_price : Kind::unknown_usage, attempt);
  if (attempts == 0) return;
  auto event = event_of("cost.unknown", attempt, attempts);
  event["unknown"] = price ? "price" : "usage";
  tell_(line_of(event));
}

void CostAlerts::differs(const Attempt& attempt, Money billed, Money computed) {
  const auto attempts = count(Kind::differs, attempt);
  if (attempts == 0) return;
  auto event = event_of("cost.differs", attempt, attempts);
  event["billed"] = billed.to_string();
  event["computed"] = computed.to_string();
  tell_(line_of(event));
}

void CostAlerts::forget_old(Clock::time_point now) {
  std::erase_if(told_, [now](const auto& row) { return now - row.second.at >= pause; });
}

std::uint64_t CostAlerts::count(Kind kind, const Attempt& attempt) {
  const std::scoped_lock lock(mutex_);
  const auto now = now_();
  const std::tuple key(kind, attempt.provider, attempt.model, attempt.service_tier);
  auto known = told_.find(key);
  if (known == told_.end()) {
    if (told_.size() >= models_max) forget_old(now);
    // Names come with requests: whoever invents more of them gets no line for each.
    if (told_.size() >= models_max) return 0;
    told_.emplace(key, Told{.at = now});
    return 1;
  }
  auto& [at, since] = known->second;
  ++since;
  if (now - at < pause) return 0;
  at = now;
  return std::exchange(since, 0);
}

}  // namespace tollway::gateway
