// Endpoints of whatever model fits a request.
#include <fmt/format.h>

#include <algorithm>

#include "dispatch/endpoints.hpp"
#include "dispatch/make_endpoint.hpp"

namespace tollway::dispatch {
namespace {

// What a list does not say of a model is asked of nobody but one's own servers, whose lists say
// little.
bool writes_text(const catalog::Model& model, bool local) {
  const auto& output = model.output_modalities;
  if (!output.empty()) return output.size() == 1 && output.front() == "text";
  return local && !model.id.contains("embed") && !model.id.contains("rerank");
}

bool is_served(const catalog::Model& model, std::chrono::sys_days today) {
  std::string_view name = model.id;
  const auto variant = catalog::cut_variant(name);
  if (variant && (*variant == catalog::Variant::batch || catalog::is_dynamic(*variant))) {
    return false;
  }
  return model.alias_target.empty() && (!model.expires || *model.expires > today);
}

bool answers(const providers::Description& provider, std::string_view route) {
  return std::ranges::find(provider.routes, route) != provider.routes.end();
}

Error nothing_fits(const Upstreams& upstreams, std::size_t offered, const std::string& reasons) {
  std::string names;
  for (const Upstream& upstream : upstreams.all) {
    const auto name = upstream.provider->description()->name;
    if (names.contains(name)) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  }
  std::string message =
      offered == 0
          ? fmt::format(
                "openrouter/auto has no model to choose: the lists of {} name none that "
                "writes text; set OPENROUTER_API_KEY, configure another provider, or name "
                "a model",
                names)
          : fmt::format(
                "openrouter/auto: none of the {} offers of {} may serve this request ({}); "
                "ask for less, allow more in \"plugins\" and \"provider\", or name a model",
                offered, names, reasons);
  return {Errc::not_found, Source::client, Retry::never, std::move(message), {}};
}

}  // namespace

void Endpoints::list(const catalog::Model& model, std::string_view route) {
  for (const Upstream& upstream : upstreams_->all) {
    const auto& provider = *upstream.provider->description();
    const auto* const offer = catalog::Catalogue::offer_of(model, provider.key);
    if (offer == nullptr || !answers(provider, route)) continue;
    if (!writes_text(model, provider.local)) continue;
    auto endpoint =
        make_priced_endpoint(provider, model, *offer, routing::Tier::standard, overrides_.get());
    if (!endpoint) continue;
    Offered made{.endpoint = std::move(*endpoint), .upstream = &upstream, .model = offer->model};
    apply(upstream, made.endpoint);
    offered_.push_back(std::move(made));
  }
}

void Endpoints::list_all(std::string_view route) {
  if (offered_on_ == route) return;
  offered_.clear();
  offered_on_ = route;
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  for (const catalog::Model& model : catalogue_->models()) {
    if (is_served(model, today)) list(model, route);
  }
}

Result<ModelTargetsPointer> Endpoints::of_any(const ModelTargets& asked, std::string_view route,
                                              const routing::Ask& ask,
                                              const routing::AnyModel& wishes,
                                              routing::TimePoint now) {
  look_for_new_lists(now);
  list_all(route);
  std::vector<routing::Candidate> offers(offered_.size());
  for (std::size_t i = 0; i < offers.size(); ++i) offers[i].endpoint = &offered_[i].endpoint;
  const auto chosen = routing::shortlist(offers, ask, wishes);
  if (chosen.chosen.empty()) {
    return std::unexpected(nothing_fits(*upstreams_, offers.size(), chosen.reasons()));
  }
  auto made = std::make_shared<ModelTargets>(asked);
  made->upstreams = upstreams_;
  for (const std::uint32_t index : chosen.chosen) {
    Offered& offer = offered_[index];
    if (offer.standing == nullptr) {
      offer.standing = &standings_.endpoint(offer.upstream->provider->key(),
                                            offer.upstream->key_name, offer.endpoint.model);
    }
    made->targets.push_back({.endpoint = offer.endpoint,
                             .upstream = offer.upstream,
                             .standing = offer.standing,
                             .model = offer.model});
    // Of equal cost, keys of one offer still stand side by side; the first may not be among them.
    routing::Endpoint& endpoint = made->targets.back().endpoint;
    const auto* const before =
        made->targets.size() < 2 ? nullptr : &made->targets[made->targets.size() - 2].endpoint;
    endpoint.another_key = before != nullptr && before->provider == endpoint.provider &&
                           before->model == endpoint.model;
  }
  return made;
}

}  // namespace tollway::dispatch
