// How the gateway chooses who serves a request, and how it goes on after a failure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tollway/settings.hpp"

namespace tollway::settings {

// The settings of data/settings/routing.json, within their ranges.
struct RoutingSettings {
  using Duration = std::chrono::milliseconds;

  std::string strategy = "price_weighted";  // of routing/strategies
  std::uint8_t attempts_here_max = 3;
  double retry_share = 0.2;
  Duration first_delay{500};
  Duration delay_max = std::chrono::seconds(30);
  Duration hedge_after{};  // zero: nothing is hedged
  Duration probe_idle{};   // zero: nobody is probed
  std::int64_t retries_saved_max = 10;
  Duration retry_after_max = std::chrono::minutes(10);
  std::size_t queue_max = 2000;
  Duration queue_wait_max = std::chrono::seconds(90);
  Duration key_rest_first = std::chrono::minutes(1);
  Duration key_rest_max = std::chrono::minutes(10);
  bool keep_explanations = false;
  struct Breaker {
    std::uint32_t failures_in_a_row = 5;
    std::uint64_t judged_min = 20;
    double failure_share = 0.5;
    Duration open_first = std::chrono::seconds(5);
    Duration open_max = std::chrono::minutes(5);
    Duration early_probe_every = std::chrono::seconds(1);
  };
  Breaker breaker;
};
[[nodiscard]] RoutingSettings routing_settings_from(const SettingsSnapshot& snapshot);

// Whether a provider is asked, by hand.
enum class BreakerByHand : std::uint8_t { automatic, open, closed };
[[nodiscard]] BreakerByHand breaker_by_hand_from(const SettingsSnapshot& snapshot,
                                                 std::string_view provider);

// What each of a provider's keys may be asked; 0: no limit.
struct ProviderLimits {
  std::int64_t requests_a_minute = 0;
  std::int64_t tokens_a_minute = 0;
  std::int64_t concurrent = 0;
};
// `provider` as settings spell it: "openrouter".
[[nodiscard]] ProviderLimits provider_limits_from(const SettingsSnapshot& snapshot,
                                                  std::string_view provider);

// What all of its keys together may be asked, for all models and for single ones.
struct SharedProviderLimits {
  ProviderLimits provider;
  std::vector<std::pair<std::string, ProviderLimits>> models;
};
// Errc::bad_request, with what was expected, where llm.<provider>.shared_limits is something else.
[[nodiscard]] Result<SharedProviderLimits> shared_limits_from(const SettingsSnapshot& snapshot,
                                                              std::string_view provider);

// What the operator says of a provider that is reached directly.
struct ProviderRouting {
  double weight = 1;             // for the strategy `weighted`
  std::optional<bool> collects;  // keeps prompts beyond the call, or trains on them
  std::optional<bool> zero_retention;
  std::optional<bool> distillable;
  std::string quantization = "unknown";
};
[[nodiscard]] ProviderRouting provider_routing_from(const SettingsSnapshot& snapshot,
                                                    std::string_view provider);

}  // namespace tollway::settings
