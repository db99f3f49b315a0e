// Prices as data/prices holds them: a sheet a vendor, made by script/prices.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_file.hpp"
#include "llm/service_tier.hpp"
#include "pricing/name_match.hpp"
#include "pricing/rates.hpp"
#include "tollway/error.hpp"

namespace tollway::pricing {

using SystemTime = std::chrono::sys_seconds;

// When something holds. Without `from`, `to` and `daily` it always does.
struct Validity {
  std::optional<std::chrono::sys_days> from;  // UTC
  std::optional<std::chrono::sys_days> to;    // the first day on which it does not hold any more
  struct Daily {
    std::chrono::minutes start;  // of the day in UTC, inclusive
    std::chrono::minutes end;    // exclusive; before `start` where the window passes midnight
    bool operator==(const Daily&) const = default;
  };
  std::optional<Daily> daily;

  [[nodiscard]] bool holds(SystemTime at) const noexcept;
  bool operator==(const Validity&) const = default;
};

// Rates and when they hold.
struct Period {
  Validity when;
  Rates rates;        // what is paid: less the discount
  Discount discount;  // that the source states
  bool operator==(const Period&) const = default;
};

struct PricedModel {
  std::string id;
  NameMatch match;
  std::optional<std::int64_t> context_length;
  // Of the standard tier: the last that holds counts; where none does, nobody knows the price.
  // Empty in the sheet of an operator who only prices other tiers.
  std::vector<Period> periods;
  struct Tier {
    llm::ServiceTier tier = llm::ServiceTier::flex;
    std::vector<Period> periods;  // as above, not empty
  };
  std::vector<Tier> tiers = {};  // the others whose prices are known
  // Who says so and when, where it is another than the sheet's; else empty.
  std::string source = {};
  std::string date = {};

  // Of the standard tier; no rates at all where it has none.
  [[nodiscard]] const Rates& rates(SystemTime at) const noexcept;
  // Null where nobody knows them.
  [[nodiscard]] const Rates* rates(SystemTime at, llm::ServiceTier tier) const noexcept;
  [[nodiscard]] const Period* period(SystemTime at, llm::ServiceTier tier) const noexcept;
  // Whether the tier has a price at any time.
  [[nodiscard]] bool has_prices(llm::ServiceTier tier = llm::ServiceTier::standard) const noexcept;

 private:
  [[nodiscard]] const std::vector<Period>* periods_of(llm::ServiceTier tier) const noexcept;
};

// Whether a list that states `listed` says what `periods` say: at one of their times the same price
// of input and output. A sheet then knows more than the list: tiers, times of day, cached tokens.
[[nodiscard]] bool agree(std::span<const Period> periods, const Rates& listed) noexcept;

// "gpt-4o:batch" is the batch tier of "gpt-4o", unless a list has a row of that name.
struct TierOfModel {
  std::string_view model;
  llm::ServiceTier tier = llm::ServiceTier::standard;
};
[[nodiscard]] TierOfModel tier_of_model(std::string_view model, llm::ServiceTier tier) noexcept;

// What an operator is granted on prices that others state.
struct GrantedDiscount {
  NameMatch match;
  std::optional<llm::ServiceTier> tier;  // nullopt: of any
  Validity when;
  Discount discount;
};

// One vendor's prices. Immutable, thread-safe.
struct VendorSheet {
  std::string provider;
  std::string source;  // who collected them
  std::string date;    // "2026-08-21"
  // The same of the prices of tiers that are not the standard one.
  std::string tier_source;
  std::string tier_date;
  std::vector<std::string> fallback;  // vendors whose models this one also offers, at their prices
  std::vector<PricedModel> models;
  std::vector<GrantedDiscount> discounts = {};  // the last that holds counts
};

// The vendor's name in sheets of a provider's key in lower case: "x-ai" for "xai".
[[nodiscard]] std::string_view sheet_name(std::string_view provider) noexcept;

// All vendors' prices. Immutable, thread-safe.
class PriceSheet {
 public:
  // Reads sheets in the format of data/prices. The error names the file and what was expected.
  [[nodiscard]] static Result<PriceSheet> read(std::span<const EmbeddedFile> files);
  // The one that is part of the program.
  [[nodiscard]] static const PriceSheet& built_in();

  struct Found {
    const VendorSheet* sheet = nullptr;
    const PricedModel* model = nullptr;
  };
  // The vendor's model of that name, in any of its spellings; else that of a vendor it falls back
  // on. Case does not count.
  [[nodiscard]] std::optional<Found> find(std::string_view provider, std::string_view model) const;

  // By the name alone: "author/name" as the author's own, a bare name as that of the one vendor who
  // makes it. For providers that resell at the makers' prices, as OpenRouter does.
  [[nodiscard]] std::optional<Found> find_by_name(std::string_view model) const;

  // Nullopt where none was granted. Case does not count.
  [[nodiscard]] std::optional<Discount> discount(std::string_view provider, std::string_view model,
                                                 llm::ServiceTier tier, SystemTime at) const;
  [[nodiscard]] bool has_discounts() const noexcept;

  [[nodiscard]] std::span<const VendorSheet> vendors() const noexcept { return vendors_; }

 private:
  [[nodiscard]] const VendorSheet* vendor(std::string_view provider) const;
  std::vector<VendorSheet> vendors_;  // by provider
};

}  // namespace tollway::pricing
