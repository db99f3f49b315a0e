#include "dispatch/endpoints.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "dispatch/make_endpoint.hpp"

namespace tollway::dispatch {
namespace {

constexpr auto lists_every = std::chrono::seconds(1);

bool answers(const providers::Description& provider, std::string_view route) {
  return std::ranges::find(provider.routes, route) != provider.routes.end();
}

// As the default upstream spells it, else by any name: "gpt-4o" may mean another model elsewhere.
std::optional<catalog::Found> find(const catalog::Catalogue& catalogue,
                                   const providers::Description& first, std::string_view name) {
  if (!first.chooses_providers) {
    if (const auto* own = catalogue.find_offered(first.key, name)) {
      return catalog::Found{
          .model = own, .target = own, .by = catalog::NamedBy::id, .variants = {}, .preset = {}};
    }
  }
  return catalogue.find(name);
}

// What nobody but an upstream that routes itself knows how to do.
std::string_view left_to_meta(bool preset, catalog::Variants variants) {
  if (preset) return "a preset";
  return variants.has(catalog::Variant::online) ? "\":online\"" : "";
}

// Of a name that no list has.
std::string_view left_to_meta(std::string_view name) {
  const bool preset = !catalog::cut_preset(name).empty();
  catalog::Variants variants;
  while (const auto variant = catalog::cut_variant(name)) variants.add(*variant);
  return left_to_meta(preset, variants);
}

// OpenRouter's router over models; its variants, if that is what is meant.
std::optional<catalog::Variants> names_any(std::string_view name) {
  catalog::Variants variants;
  while (const auto variant = catalog::cut_variant(name)) {
    if (!catalog::is_dynamic(*variant)) return std::nullopt;
    variants.add(*variant);
  }
  if (name != "openrouter/auto" && name != "openrouter/auto-beta") return std::nullopt;
  return variants;
}

void keep_meta(std::vector<Target>& targets) {
  const auto meta = [](const Target& target) { return target.endpoint.meta; };
  if (std::ranges::none_of(targets, meta)) return;
  std::erase_if(targets, [&](const Target& target) { return !meta(target); });
}

// Requests elsewhere say nothing of tiers.
bool has_tiers(std::string_view route) {
  return route == "chat/completions" || route == "responses";
}

// A tier fails and slows down by itself.
std::string_view suffix_of(routing::Tier tier) {
  if (tier == routing::Tier::flex) return ":flex";
  return tier == routing::Tier::priority ? ":priority" : "";
}

std::string with_variants(std::string name, catalog::Variants variants) {
  for (const auto& [variant, suffix] :
       {std::pair(catalog::Variant::nitro, ":nitro"), std::pair(catalog::Variant::floor, ":floor"),
        std::pair(catalog::Variant::exacto, ":exacto"),
        std::pair(catalog::Variant::online, ":online")}) {
    if (variants.has(variant)) name += suffix;
  }
  return name;
}

// OpenRouter knows a model by its own names and what is written behind them, but not by those that
// vendors gave it; others know it by theirs alone.
std::string spelling(const catalog::Found& found, const catalog::Offer& offer, bool meta,
                     std::string_view asked) {
  if (meta && found.by != catalog::NamedBy::vendor) return {};
  // How a provider that has not been heard spells it is a guess; who leaves out the author knows.
  if (offer.assumed && !asked.contains('/')) return {};
  std::string name = meta ? with_variants(offer.model, found.variants) : offer.model;
  if (name == asked) name.clear();
  return name;
}

}  // namespace

std::size_t Endpoints::Hash::operator()(const AskedView& asked) const noexcept {
  constexpr std::size_t spread = 0x9e3779b97f4a7c15;
  const std::hash<std::string_view> hash;
  return hash(asked.model) * spread ^ hash(asked.route);
}

std::size_t Endpoints::Hash::operator()(const Asked& asked) const noexcept {
  return (*this)(AskedView{.model = asked.model, .route = asked.route});
}

Endpoints::Endpoints(UpstreamsPointer upstreams, Standings& standings, Lists lists)
    : upstreams_(std::move(upstreams)), standings_(standings), lists_(std::move(lists)) {}

void Endpoints::use(UpstreamsPointer upstreams) {
  upstreams_ = std::move(upstreams);
  forget();
}

void Endpoints::use(Overrides overrides) {
  overrides_ = std::move(overrides);
  forget();
}

void Endpoints::forget() {
  remembered_.clear();
  offered_.clear();
  offered_on_.clear();
}

void Endpoints::look_for_new_lists(routing::TimePoint now) {
  if (catalogue_ != nullptr && now < look_at_) return;
  look_at_ = now + lists_every;
  auto newest = lists_();
  if (newest == nullptr) newest = std::make_shared<const catalog::Catalogue>();
  if (newest == catalogue_) return;
  catalogue_ = std::move(newest);
  forget();
}

ModelTargetsPointer Endpoints::of(std::string_view model, std::string_view route,
                                  routing::TimePoint now) {
  look_for_new_lists(now);
  const AskedView asked{.model = model, .route = route};
  const auto found = remembered_.find(asked);
  if (found != remembered_.end()) return found->second;
  auto made = make(asked);
  if (model.size() > catalog::name_bytes_max) return made;
  if (remembered_.size() >= remembered_max) remembered_.clear();
  remembered_.emplace(Asked{.model = std::string(model), .route = std::string(route)}, made);
  return made;
}

void Endpoints::add(ModelTargets& made, const Upstream& upstream, routing::Endpoint endpoint,
                    std::string spelled) const {
  const std::string_view provider = upstream.provider->key();
  apply(upstream, endpoint);
  endpoint.another_key = !made.targets.empty() &&
                         made.targets.back().upstream->provider->key() == provider &&
                         made.targets.back().endpoint.tier == endpoint.tier;
  const std::string known_as =
      made.known ? made.model + std::string(suffix_of(endpoint.tier)) : std::string();
  made.targets.push_back({.endpoint = std::move(endpoint),
                          .upstream = &upstream,
                          .standing = &standings_.endpoint(provider, upstream.key_name, known_as),
                          .model = std::move(spelled)});
}

// True: there is somebody who knows himself what is meant.
bool Endpoints::add_meta(ModelTargets& made) const {
  for (const Upstream& upstream : upstreams_->all) {
    const auto& provider = *upstream.provider->description();
    if (!provider.chooses_providers) continue;
    add(made, upstream, make_unlisted_endpoint(provider, made.model), {});
  }
  return !made.targets.empty();
}

void Endpoints::add_offers(ModelTargets& made, const catalog::Found& found,
                           const AskedView& asked) const {
  using routing::Tier;
  const std::string_view first = upstreams_->all.front().provider->key();
  for (const Tier tier : {Tier::standard, Tier::flex, Tier::priority}) {
    if (tier != Tier::standard && !has_tiers(asked.route)) break;
    for (const Upstream& upstream : upstreams_->all) {
      const auto& provider = *upstream.provider->description();
      const auto* const offer = catalog::Catalogue::offer_of(*found.target, provider.key);
      if (offer == nullptr || (provider.key != first && !answers(provider, asked.route))) continue;
      if (tier != Tier::standard && provider.chooses_providers) continue;
      auto endpoint = make_priced_endpoint(provider, *found.target, *offer, tier, overrides_.get());
      if (!endpoint) continue;
      add(made, upstream, std::move(*endpoint),
          spelling(found, *offer, provider.chooses_providers, asked.model));
    }
  }
  for (Target& target : made.targets) {
    target.sold_with_priority = std::ranges::any_of(made.targets, [&target](const Target& other) {
      return other.endpoint.tier == Tier::priority &&
             other.endpoint.provider == target.endpoint.provider;
    });
  }
}

ModelTargetsPointer Endpoints::make(const AskedView& asked) const {
  auto made = std::make_shared<ModelTargets>();
  made->upstreams = upstreams_;
  made->model = asked.model;
  const Upstream& first = upstreams_->all.front();
  const auto found = find(*catalogue_, *first.provider->description(), asked.model);
  if (found) {
    made->known = true;
    made->model = found->target->id;
    made->variants = found->variants;
    add_offers(*made, *found, asked);
    made->openrouters = left_to_meta(!found->preset.empty(), found->variants);
    if (!made->openrouters.empty()) keep_meta(made->targets);
  } else {
    made->openrouters = left_to_meta(asked.model);
  }
  if (!made->targets.empty()) return made;
  if (const auto variants = names_any(asked.model)) {
    made->known = true;
    made->variants = *variants;
    made->any = !add_meta(*made);
    return made;
  }
  if (!made->openrouters.empty() && add_meta(*made)) return made;
  for (const Upstream& upstream : upstreams_->all) {
    const auto& provider = *upstream.provider->description();
    if (provider.key != first.provider->key()) break;
    add(*made, upstream, make_unlisted_endpoint(provider, made->model), {});
  }
  return made;
}

}  // namespace tollway::dispatch
