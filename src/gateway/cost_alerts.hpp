// What operators are told of costs that nobody knows, and of those that are not what they should
// be.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "tollway/money.hpp"

namespace tollway::gateway {

// Lines for alerts (docs/costs.md), each once in a while for one provider and model, with how many
// attempts it stands for. Of all loops; thread-safe. What costs what it should never comes here.
class CostAlerts {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr auto pause = std::chrono::hours(1);
  static constexpr std::size_t models_max = 1024;  // told apart at a time

  // `tell` gets a line `event {...}`, on the thread that asks for it.
  explicit CostAlerts(
      std::function<void(std::string_view line)> tell,
      std::function<Clock::time_point()> now = [] { return Clock::now(); });

  struct Attempt {
    std::string_view provider;
    std::string_view model;
    std::string_view service_tier;  // empty: the standard one
  };
  enum class Unknown : std::uint8_t {
    price,  // nobody has one for the model in that tier, or for a unit that was used
    usage,  // nobody saw what was used, or what was stated cannot be
  };
  void unknown(const Attempt& attempt, Unknown what);
  // More than 1 % apart.
  void differs(const Attempt& attempt, Money billed, Money computed);

 private:
  enum class Kind : std::uint8_t { unknown_price, unknown_usage, differs };
  struct Told {
    Clock::time_point at;
    std::uint64_t since = 0;  // attempts that were not told of
  };
  // How many attempts a line now stands for; 0: it is too early for one.
  [[nodiscard]] std::uint64_t count(Kind kind, const Attempt& attempt);
  void forget_old(Clock::time_point now);

  const std::function<void(std::string_view)> tell_;
  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::map<std::tuple<Kind, std::string, std::string, std::string>, Told, std::less<>> told_;
};

}  // namespace tollway::gateway
