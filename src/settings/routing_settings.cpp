#include "settings/routing_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "base/error.hpp"

namespace tollway::settings {
namespace {

struct Reader {
  const SettingsSnapshot& snapshot;

  template <class Number>
  void count(std::string_view key, Number& into) const {
    if (const auto value = snapshot.integer(key)) into = static_cast<Number>(*value);
  }
  void share(std::string_view key, double& into) const {
    if (const auto value = snapshot.number(key)) into = *value;
  }
  void seconds(std::string_view key, RoutingSettings::Duration& into) const {
    const auto value = snapshot.number(key);
    if (value) into = RoutingSettings::Duration(std::llround(*value * 1000));
  }
};

// "yes" and "collects" are true, "no" and "none" false.
std::optional<bool> said(const std::optional<std::string>& value) {
  if (!value || *value == "unknown") return std::nullopt;
  return *value == "yes" || *value == "collects";
}

std::string field_of(std::string_view provider, std::string_view name) {
  return fmt::format("llm.{}.{}", provider, name);
}

// Nullopt where it holds anything else.
std::optional<ProviderLimits> read_limits(const boost::json::value& value) {
  if (!value.is_object()) return std::nullopt;
  ProviderLimits limits;
  for (const auto& member : value.get_object()) {
    std::int64_t* const into = member.key() == "requests_per_minute" ? &limits.requests_a_minute
                               : member.key() == "tokens_per_minute" ? &limits.tokens_a_minute
                               : member.key() == "concurrent_max"    ? &limits.concurrent
                                                                     : nullptr;
    if (into == nullptr || !member.value().is_int64() || member.value().get_int64() < 0) {
      return std::nullopt;
    }
    *into = member.value().get_int64();
  }
  return limits;
}

}  // namespace

RoutingSettings routing_settings_from(const SettingsSnapshot& snapshot) {
  RoutingSettings settings;
  const Reader reader{snapshot};
  if (auto strategy = snapshot.text("routing.strategy")) settings.strategy = std::move(*strategy);
  reader.count("routing.attempts_here_max", settings.attempts_here_max);
  reader.share("routing.retry_share", settings.retry_share);
  reader.seconds("routing.first_delay", settings.first_delay);
  reader.seconds("routing.delay_max", settings.delay_max);
  reader.seconds("routing.hedge_after", settings.hedge_after);
  reader.seconds("routing.probe_idle", settings.probe_idle);
  reader.count("routing.retries_saved_max", settings.retries_saved_max);
  reader.seconds("routing.retry_after_max", settings.retry_after_max);
  reader.count("routing.queue_max", settings.queue_max);
  reader.seconds("routing.queue_wait_max", settings.queue_wait_max);
  reader.seconds("routing.key_rest_first", settings.key_rest_first);
  reader.seconds("routing.key_rest_max", settings.key_rest_max);
  settings.keep_explanations = snapshot.boolean("routing.keep_explanations").value_or(false);
  auto& breaker = settings.breaker;
  reader.count("routing.breaker.failures_in_a_row", breaker.failures_in_a_row);
  reader.count("routing.breaker.judged_min", breaker.judged_min);
  reader.share("routing.breaker.failure_share", breaker.failure_share);
  reader.seconds("routing.breaker.open_first", breaker.open_first);
  reader.seconds("routing.breaker.open_max", breaker.open_max);
  reader.seconds("routing.breaker.early_probe_every", breaker.early_probe_every);
  return settings;
}

BreakerByHand breaker_by_hand_from(const SettingsSnapshot& snapshot, std::string_view provider) {
  const auto value = snapshot.text(field_of(provider, "breaker"));
  if (value == "open") return BreakerByHand::open;
  return value == "closed" ? BreakerByHand::closed : BreakerByHand::automatic;
}

ProviderLimits provider_limits_from(const SettingsSnapshot& snapshot, std::string_view provider) {
  ProviderLimits limits;
  const Reader reader{snapshot};
  reader.count(field_of(provider, "requests_per_minute"), limits.requests_a_minute);
  reader.count(field_of(provider, "tokens_per_minute"), limits.tokens_a_minute);
  reader.count(field_of(provider, "concurrent_max"), limits.concurrent);
  return limits;
}

Result<SharedProviderLimits> shared_limits_from(const SettingsSnapshot& snapshot,
                                                std::string_view provider) {
  const std::string key = field_of(provider, "shared_limits");
  SharedProviderLimits limits;
  const auto text = snapshot.text(key);
  if (!text) return limits;
  boost::system::error_code failed;
  const auto value = boost::json::parse(*text, failed);
  const bool well = !failed && value.is_object() &&
                    std::ranges::all_of(value.get_object(), [&limits](const auto& member) {
                      auto read = read_limits(member.value());
                      if (!read) return false;
                      if (member.key() == "*") {
                        limits.provider = *read;
                      } else {
                        limits.models.emplace_back(member.key(), *read);
                      }
                      return true;
                    });
  if (well) return limits;
  return client_error(
      Errc::bad_request,
      fmt::format(R"({} is not what was expected: {{"*": {{"requests_per_minute": 600}}, )"
                  R"("gpt-4o": {{"tokens_per_minute": 200000, "concurrent_max": 8}}}}, where "*" )"
                  "stands for all of the provider's models and each number is at least 0",
                  key));
}

ProviderRouting provider_routing_from(const SettingsSnapshot& snapshot, std::string_view provider) {
  ProviderRouting routing;
  const Reader reader{snapshot};
  reader.share(field_of(provider, "routing_weight"), routing.weight);
  routing.collects = said(snapshot.text(field_of(provider, "data_collection")));
  routing.zero_retention = said(snapshot.text(field_of(provider, "zdr")));
  routing.distillable = said(snapshot.text(field_of(provider, "distillable")));
  if (auto numbers = snapshot.text(field_of(provider, "quantization"))) {
    routing.quantization = std::move(*numbers);
  }
  return routing;
}

}  // namespace tollway::settings
