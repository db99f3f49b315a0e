#include "gateway/candidates.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/route.hpp"
#include "routing/course.hpp"
#include "routing/explain.hpp"
#include "routing/standing.hpp"

namespace tollway::gateway {
namespace {

// Of a request that does not say how long its answer may be.
constexpr std::int64_t output_tokens_usual = 512;
constexpr std::size_t models_max = 16;

bool decides_for_itself(const dispatch::Target& target) {
  return target.endpoint.meta;
}

}  // namespace

Result<> Candidates::choose(Request& request, routing::TimePoint now) {
  routing::Ask& ask = request.facts.wishes.ask;
  ask.output_tokens = std::min(ask.max_tokens.value_or(output_tokens_usual), output_tokens_usual);
  ask.strategy = request.services.routing.strategy;
  tokens_ = ask.prompt_tokens + ask.output_tokens;
  gather(request, now);
  auto& router = request.services.routing.router;
  constexpr std::size_t wanted = routing::Course::candidates_max;
  if (as_it_came_) {
    open_.prompt_tokens = ask.prompt_tokens;
    open_.output_tokens = ask.output_tokens;
    router.decide(all_, open_, wanted, decision_);
    return {};
  }
  if (!request.facts.wishes.preferences.empty()) {
    auto read = routing::read_preferences(request.facts.wishes.preferences);
    if (!read) return std::unexpected(std::move(read.error()));
    ask.preferences = std::move(*read);
  }
  ask.variants = models_.front()->variants;
  router.decide(all_, ask, wanted, decision_);
  if (decision_.places.empty()) return std::unexpected(nobody_is_left());
  return {};
}

void Candidates::gather(Request& request, routing::TimePoint now) {
  const BodyFacts& facts = request.facts;
  if (!facts.model.empty() || facts.wishes.models.empty()) names_.emplace_back(facts.model);
  for (const std::string& model : facts.wishes.models) {
    if (names_.size() < models_max && std::ranges::find(names_, model) == names_.end()) {
      names_.emplace_back(model);
    }
  }
  for (const std::string_view name : names_) {
    models_.push_back(request.services.endpoints.of(name, request.route->path, now));
  }
  as_it_came_ = std::ranges::all_of(models_, [](const auto& model) {
    return std::ranges::all_of(model->targets, &decides_for_itself);
  });
  if (as_it_came_) models_.resize(1);
  for (std::uint32_t index = 0; index < models_.size(); ++index) add(*models_[index], index, now);
}

void Candidates::add(const dispatch::ModelTargets& model, std::uint32_t index,
                     routing::TimePoint now) {
  for (const dispatch::Target& target : model.targets) {
    targets_.push_back(&target);
    all_.push_back({.endpoint = &target.endpoint,
                    .standing = target.standing,
                    .model = index,
                    .figures = target.standing->figures(now)});
  }
}

std::string Candidates::explained(const Request& request, routing::TimePoint now) const {
  // Not decided: what the request asks for cannot be read.
  if (decision_.strategy == nullptr) return {};
  return routing::explain(all_, as_it_came_ ? open_ : request.facts.wishes.ask, decision_, now);
}

Error Candidates::nobody_is_left() const {
  std::string reasons;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    reasons += fmt::format("{}{} ({})", reasons.empty() ? "" : ", ", all_[i].endpoint->tag,
                           name_of(decision_.drops[i]));
  }
  return {Errc::not_found,
          Source::client,
          Retry::never,
          fmt::format("no endpoint of {} may serve this request as it asks to be served: {}",
                      fmt::join(names_, ", "), reasons),
          {}};
}

}  // namespace tollway::gateway
