// What requests for a model can be sent to.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "catalog/catalogue.hpp"
#include "dispatch/standings.hpp"
#include "dispatch/upstreams.hpp"
#include "pricing/price_sheet.hpp"
#include "routing/any_model.hpp"
#include "routing/clock.hpp"
#include "routing/endpoint.hpp"

namespace tollway::dispatch {

// What one attempt is sent to.
struct Target {
  routing::Endpoint endpoint;
  const Upstream* upstream = nullptr;
  routing::Standing* standing = nullptr;
  std::string model;                // as this provider spells it; empty: as the request spells it
  bool sold_with_priority = false;  // there is a target of that tier of the same offer
};

// Of one model, shared by the requests under way.
struct ModelTargets {
  UpstreamsPointer upstreams;  // what the targets point into
  std::string model;           // id in the catalogue, or as asked for where it is not known
  bool known = false;          // some list has it
  bool any = false;            // any model may serve it: Endpoints::of_any() says which
  catalog::Variants variants;  // dynamic ones, cut off the name
  // What the name asks for that only an upstream which routes itself can do: "a preset".
  std::string_view openrouters;
  // The default upstream's come first, a provider's keys stand side by side. Never empty: where
  // nobody is known to offer the model it is the default upstream's, which finds out.
  std::vector<Target> targets;
};
using ModelTargetsPointer = std::shared_ptr<const ModelTargets>;

// Remembers the models that were asked for lately. Belongs to one loop's thread.
class Endpoints {
 public:
  using Lists = std::function<catalog::CataloguePointer()>;  // the newest; asked once a second

  // `standings` outlives it.
  Endpoints(UpstreamsPointer upstreams, Standings& standings, Lists lists);

  // From now on.
  void use(UpstreamsPointer upstreams);
  // The operator's prices, for offers that state none; null: the built-in sheet's alone.
  using Overrides = std::shared_ptr<const pricing::PriceSheet>;
  void use(Overrides overrides);
  [[nodiscard]] const UpstreamsPointer& upstreams() const noexcept { return upstreams_; }

  // Of all upstreams that offer the model, by any of its names, those whose descriptor says that
  // they answer `route` ("chat/completions"); the default one answers every route. What only an
  // upstream that routes itself can do (presets, ":online") is left to it where there is one; where
  // there is none, nobody can.
  [[nodiscard]] ModelTargetsPointer of(std::string_view model, std::string_view route,
                                       routing::TimePoint now);

  // What "openrouter/auto" may become, where of() says `any`: of all models that upstreams list
  // as writing text those that fit the request and its wishes, the cheapest first, at most
  // Shortlist::models_max. Errc::not_found, with the reasons and what to do, where there is none.
  [[nodiscard]] Result<ModelTargetsPointer> of_any(const ModelTargets& asked,
                                                   std::string_view route, const routing::Ask& ask,
                                                   const routing::AnyModel& wishes,
                                                   routing::TimePoint now);

  static constexpr std::size_t remembered_max = 1024;

 private:
  struct Asked {
    std::string model;
    std::string route;
  };
  struct AskedView {
    std::string_view model;
    std::string_view route;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Asked& asked) const noexcept;
    std::size_t operator()(const AskedView& asked) const noexcept;
  };
  struct Equal {
    using is_transparent = void;
    template <class One, class Other>
    bool operator()(const One& one, const Other& other) const noexcept {
      return one.model == other.model && one.route == other.route;
    }
  };

  // An upstream's offer of any model; its endpoint's standing is looked up when it is chosen.
  struct Offered {
    routing::Endpoint endpoint;
    const Upstream* upstream = nullptr;
    routing::Standing* standing = nullptr;
    std::string model;
  };
  void list_all(std::string_view route);
  void list(const catalog::Model& model, std::string_view route);

  void forget();
  void look_for_new_lists(routing::TimePoint now);
  void add(ModelTargets& made, const Upstream& upstream, routing::Endpoint endpoint,
           std::string spelled) const;
  // Of all that offer it, one tier of service after the other.
  void add_offers(ModelTargets& made, const catalog::Found& found, const AskedView& asked) const;
  [[nodiscard]] bool add_meta(ModelTargets& made) const;
  [[nodiscard]] ModelTargetsPointer make(const AskedView& asked) const;

  UpstreamsPointer upstreams_;
  Standings& standings_;
  Lists lists_;
  Overrides overrides_;
  catalog::CataloguePointer catalogue_;  // null: none yet
  routing::TimePoint look_at_;           // when lists_ is to be asked again
  boost::unordered_flat_map<Asked, ModelTargetsPointer, Hash, Equal> remembered_;
  std::vector<Offered> offered_;  // on the route for which all were asked for last
  std::string offered_on_;        // empty: nobody has asked yet
};

}  // namespace tollway::dispatch
