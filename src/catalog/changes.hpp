// What became different between two catalogues.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalogue.hpp"

namespace tollway::catalog {

struct PriceChange {
  PriceKey key = PriceKey::prompt;
  // 1e-15 dollars a unit; nullopt: not priced separately.
  std::optional<std::int64_t> before;
  std::optional<std::int64_t> after;
  // Where it is an override's: what it is bound to.
  std::optional<std::int64_t> above_prompt_tokens = {};
  std::optional<PriceOverride::Daily> daily = {};
};

struct Change {
  enum class Kind : std::uint8_t {
    added,
    removed,
    price_up,     // prompt or completion costs more, neither less
    price_down,   // the reverse
    price_mixed,  // one more, the other less, or known only now or no more
    price_other,  // prompt and completion cost the same, something else does not
    context,
    expiring,       // an expiration date was announced or moved
    offer_added,    // one more provider offers the model
    offer_removed,  // one provider fewer does
  };
  Kind kind = Kind::added;
  std::string model;     // id
  std::string provider;  // key; whose offer it is about
  std::vector<PriceChange> prices;
  std::optional<std::int64_t> context_before;
  std::optional<std::int64_t> context_after;
  std::optional<std::chrono::sys_days> expires;
};
[[nodiscard]] std::string_view name_of(Change::Kind kind) noexcept;  // "price_up"
[[nodiscard]] std::optional<Change::Kind> change_named(std::string_view name) noexcept;

// In the order of the newer catalogue's models, those that were removed first. A model can have
// several changes. Prices and contexts are compared offer by offer, as their providers state them;
// prices that depend on the time of day by their whole day. What gives no text is not compared with
// a list that has nothing of the kind: such lists hide it. Of models that nobody offers on one
// side, that side counts as without them.
[[nodiscard]] std::vector<Change> changes_between(const Catalogue& before, const Catalogue& after);

// What a refresh found, and when.
struct ChangesFound {
  std::int64_t at = 0;  // Unix seconds
  std::vector<Change> changes;
};

}  // namespace tollway::catalog
