// What a list of models states as prices, as integers that can be compared.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tollway::catalog {

// The keys of OpenRouter's `pricing` (wire.md 5.4), by which all providers' prices are held here.
enum class PriceKey : std::uint8_t {
  prompt,
  completion,
  internal_reasoning,
  input_cache_read,
  input_cache_write,
  input_cache_write_1h,
  image_token,
  audio,
  audio_output,
  input_audio_cache,
  request,
  image,
  image_output,
  web_search,
};
inline constexpr std::size_t price_key_count = 14;
// "input_cache_read"
[[nodiscard]] std::string_view name_of(PriceKey key) noexcept;
// Whether the price is of one token; the others are of one request, image or search.
[[nodiscard]] bool is_per_token(PriceKey key) noexcept;

// Who says so.
enum class PriceSource : std::uint8_t {
  none,           // nobody: the prices are unknown
  provider_list,  // the provider's own list of models
  built_in,       // the sheet that is part of the program
  local,          // the user's own machine: free
  operators,      // the operator's overrides
};
[[nodiscard]] std::string_view name_of(PriceSource source) noexcept;

// By PriceKey, 1e-15 dollars a unit; nullopt: not priced separately, or unknown.
using PriceAmounts = std::array<std::optional<std::int64_t>, price_key_count>;

// What is to be paid instead where all its conditions hold; what it does not name stays.
struct PriceOverride {
  std::optional<std::int64_t> above_prompt_tokens;  // strictly; of the whole prompt
  struct Daily {
    std::chrono::minutes start;  // of the day in UTC, inclusive
    std::chrono::minutes end;    // exclusive; before `start` where the window passes midnight
    [[nodiscard]] bool holds(std::chrono::minutes time) const noexcept {
      return start <= end ? time >= start && time < end : time >= start || time < end;
    }
    bool operator==(const Daily&) const = default;
  };
  std::optional<Daily> daily;
  PriceAmounts femtodollars{};
  bool operator==(const PriceOverride&) const = default;
};

struct Prices {
  PriceAmounts femtodollars{};
  std::vector<PriceOverride> overrides;  // later ones win; time windows tile the day
  bool dynamic = false;                  // known only after routing ("-1")
  PriceSource source = PriceSource::none;
  std::int64_t as_of = 0;  // Unix seconds at which the source said so

  [[nodiscard]] const std::optional<std::int64_t>& operator[](PriceKey key) const noexcept {
    return femtodollars[static_cast<std::size_t>(key)];
  }
  [[nodiscard]] std::optional<std::int64_t>& operator[](PriceKey key) noexcept {
    return femtodollars[static_cast<std::size_t>(key)];
  }
  // Both the prompt's and the completion's price are known.
  [[nodiscard]] bool known() const noexcept {
    return (*this)[PriceKey::prompt] && (*this)[PriceKey::completion];
  }
  // Whether the time of day decides: then the keys above are those of when the list was made.
  [[nodiscard]] bool depends_on_time() const noexcept;
  // The same with the keys of `time`, a time of the day in UTC.
  [[nodiscard]] Prices at(std::chrono::minutes time) const;
};

// Of Unix seconds.
[[nodiscard]] std::chrono::minutes time_of_day(std::int64_t unix_seconds) noexcept;

}  // namespace tollway::catalog
