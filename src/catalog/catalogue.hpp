// All models that are known at one moment, with who offers them, found by any of their names.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/listing.hpp"
#include "catalog/model.hpp"
#include "catalog/names.hpp"
#include "catalog/sheet_prices.hpp"

namespace tollway::catalog {

// By which of its names a model was found. The first four are the model's own and may be served
// without a word; the others are what its user probably meant.
enum class NamedBy : std::uint8_t {
  id,
  canonical_slug,
  alias,     // "~openai/gpt-latest"
  spelling,  // "anthropic/claude-3-5-sonnet" for "anthropic/claude-3.5-sonnet"
  undated,   // "openai/gpt-4o-2031-01-01", which is not known by that date
  vendor,    // "gpt-4o", without an author, or a Hugging Face id
};

struct Found {
  const Model* model = nullptr;   // whose name it is; of an alias, the alias's own row
  const Model* target = nullptr;  // what serves: of an alias its target, else `model`; not null
  NamedBy by = NamedBy::id;
  Variants variants;        // that were cut off, for routing to act on
  std::string_view preset;  // "@preset/name", part of the name that was looked for; or empty
};

// Immutable, so all threads share one; pointers into it last as long as it does.
class Catalogue {
 public:
  Catalogue() = default;
  // Models of the same name become one, whose data are of the first listing that has it. Vendors'
  // own names are mapped to slugs: "gpt-4o" in OpenAI's list is "openai/gpt-4o". `look_up` prices
  // the offers of providers that state no prices; empty: nobody does.
  explicit Catalogue(std::span<const Listing> listings, const PriceLookup& look_up = {});
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  // By any of a model's names, with variants and preset behind it, without regard to case. Under a
  // microsecond, no allocation but for names that are written unusually.
  [[nodiscard]] std::optional<Found> find(std::string_view name) const;
  // By the name that `provider` has for it: ("openai", "gpt-4o"). Other vendors' names don't count.
  [[nodiscard]] const Model* find_offered(std::string_view provider, std::string_view name) const;
  // The reverse: what `provider` calls the model; null where it does not offer it.
  [[nodiscard]] static const Offer* offer_of(const Model& model,
                                             std::string_view provider) noexcept;

  // In the order of the listings.
  [[nodiscard]] std::span<const Model> models() const noexcept { return models_; }
  // The newest time at which a listing was read, Unix seconds; 0: there is none.
  [[nodiscard]] std::int64_t as_of() const noexcept { return as_of_; }
  // Listing::envelope of the first listing that has one.
  [[nodiscard]] const std::string& envelope() const noexcept { return envelope_; }
  // Ids that `name` may mean, nearest first; the author may be missing or wrong.
  [[nodiscard]] std::vector<std::string_view> near(std::string_view name,
                                                   std::size_t count = 3) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  struct Meaning {
    std::uint32_t model = 0;
    NamedBy by = NamedBy::id;
  };
  using Names = boost::unordered_flat_map<std::string, Meaning, Hash, std::equal_to<>>;

  using Taken = boost::unordered_flat_set<std::uint32_t>;
  void add(const Listing& listing);
  std::uint32_t add(const Listing& listing, const Model& listed);
  void offer(const Listing& listing, const Model& listed, Model& model) const;
  [[nodiscard]] std::optional<std::uint32_t> at(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint32_t> same_by_name(const Listing& listing,
                                                          const Model& listed) const;
  [[nodiscard]] std::optional<std::uint32_t> same_undated(const Listing& listing,
                                                          const Model& listed) const;
  void price(const PriceLookup& look_up);
  void price(Model& model, const PriceLookup& look_up) const;
  void name_model(std::uint32_t index);
  void name_loosely(std::uint32_t index);
  void name_aliases(std::uint32_t index);
  void name(std::string text, std::uint32_t model, NamedBy by);
  void resolve_aliases();
  [[nodiscard]] std::optional<Found> found(std::string_view lower_name, std::string_view preset,
                                           Variants variants) const;

  std::vector<Model> models_;
  std::vector<std::uint32_t> targets_;  // by model: itself, or what its alias stands for
  std::vector<bool> told_;              // by model: its row is of one who offers it
  Names names_;
  Names offered_;  // "openai\ngpt-4o"
  std::int64_t as_of_ = 0;
  std::string envelope_;
};

using CataloguePointer = std::shared_ptr<const Catalogue>;

}  // namespace tollway::catalog
