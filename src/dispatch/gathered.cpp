#include "dispatch/gathered.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "routing/course.hpp"
#include "routing/explain.hpp"
#include "routing/standing.hpp"

namespace tollway::dispatch {
namespace {

// Of a request that does not say how long its answer may be.
constexpr std::int64_t output_tokens_usual = 512;
constexpr std::size_t models_max = 16;

std::int64_t output_tokens_of(const routing::Ask& ask) {
  return std::min(ask.max_tokens.value_or(output_tokens_usual), output_tokens_usual);
}

bool decides_for_itself(const Target& target) {
  return target.endpoint.meta;
}

// Every other route writes text, and what else the request asks for.
void ask_for_what_the_route_gives(std::string_view route, routing::Ask& ask) {
  if (route == "embeddings") {
    ask.output = {routing::Modality::embeddings};
  } else if (route == "rerank") {
    ask.output = {routing::Modality::rerank};
  } else {
    return;
  }
  ask.output_tokens = 0;
}

bool is_the_default(const routing::Strategy* strategy) {
  return strategy == nullptr || strategy->name == "price_weighted";
}

}  // namespace

Result<> Gathered::gather(const Wanted& wanted, routing::Ask& ask, Endpoints& endpoints,
                          routing::TimePoint now) {
  ask_ = &ask;
  ask.output_tokens = output_tokens_of(ask);
  ask_for_what_the_route_gives(wanted.route, ask);
  find_models(wanted, endpoints, now);
  if (as_it_came_) {
    open_.prompt_tokens = ask.prompt_tokens;
    open_.output_tokens = ask.output_tokens;
  } else {
    if (auto read = read_wishes(wanted.preferences); !read) return read;
    if (auto named = name_any(wanted, endpoints, now); !named) return named;
  }
  for (std::uint32_t index = 0; index < models_.size(); ++index) add(*models_[index], index, now);
  return {};
}

Result<> Gathered::gather(std::span<const ModelTargetsPointer> models, std::string_view preferences,
                          routing::Ask& ask, routing::TimePoint now) {
  ask_ = &ask;
  ask.output_tokens = output_tokens_of(ask);
  for (const ModelTargetsPointer& model : models) {
    names_.emplace_back(model->model);
    models_.push_back(model);
  }
  if (auto read = read_wishes(preferences); !read) return read;
  for (std::uint32_t index = 0; index < models_.size(); ++index) add(*models_[index], index, now);
  return {};
}

void Gathered::find_models(const Wanted& wanted, Endpoints& endpoints, routing::TimePoint now) {
  if (!wanted.model.empty() || wanted.models.empty()) names_.emplace_back(wanted.model);
  for (const std::string& model : wanted.models) {
    if (names_.size() < models_max && std::ranges::find(names_, model) == names_.end()) {
      names_.emplace_back(model);
    }
  }
  for (const std::string_view name : names_) {
    models_.push_back(endpoints.of(name, wanted.route, now));
  }
  as_it_came_ = std::ranges::all_of(models_, [](const auto& model) {
    return !model->any && std::ranges::all_of(model->targets, &decides_for_itself);
  });
  if (as_it_came_) models_.resize(1);
}

Result<> Gathered::read_wishes(std::string_view preferences) {
  ask_->variants = models_.front()->variants;
  if (preferences.empty()) return {};
  auto read = routing::read_preferences(preferences);
  if (!read) return std::unexpected(std::move(read.error()));
  const bool across_models = ask_->preferences.across_models;  // by `route`, which is older
  ask_->preferences = std::move(*read);
  ask_->preferences.across_models |= across_models;
  return {};
}

// Among models that nobody named, a price alone says nothing of what is got for it.
Result<> Gathered::name_any(const Wanted& wanted, Endpoints& endpoints, routing::TimePoint now) {
  for (std::size_t i = 0; i < models_.size(); ++i) {
    auto& model = models_[i];
    if (!model->any) continue;
    if (!ask_->openrouters.empty()) return std::unexpected(openrouter_is_needed(ask_->openrouters));
    const bool beta =
        wanted.any_model_beta != nullptr && names_[i].starts_with("openrouter/auto-beta");
    auto found = endpoints.of_any(*model, wanted.route, *ask_,
                                  beta ? *wanted.any_model_beta : wanted.any_model, now);
    if (!found && models_.size() > 1) continue;  // another of the list may do
    if (!found) return std::unexpected(std::move(found.error()));
    model = std::move(*found);
    if (is_the_default(ask_->strategy)) ask_->strategy = routing::strategy_named("balanced");
  }
  return {};
}

// What is left of a key's limits decides among an offer's keys alone, and lies apart from the rest.
void Gathered::add(const ModelTargets& model, std::uint32_t index, routing::TimePoint now) {
  constexpr std::size_t ahead = 6;
  const std::span<const Target> targets(model.targets);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (i + ahead < targets.size()) targets[i + ahead].standing->health.prefetch();
    const Target& target = targets[i];
    const bool shares = target.endpoint.another_key ||
                        (i + 1 < targets.size() && targets[i + 1].endpoint.another_key);
    targets_.push_back(&target);
    all_.push_back(
        {.endpoint = &target.endpoint,
         .standing = target.standing,
         .model = index,
         .figures = shares ? target.standing->figures(now) : target.standing->health.figures(now),
         .needs_meta = !model.openrouters.empty()});
  }
}

void Gathered::decide(routing::Router& router) {
  router.decide(all_, asked(), routing::Course::candidates_max, decision_);
}

std::string Gathered::explained(routing::TimePoint now) const {
  // Not decided: what the request asks for cannot be read.
  if (decision_.strategy == nullptr) return {};
  return routing::explain(all_, asked(), decision_, now);
}

Error Gathered::openrouter_is_needed(std::string_view what) const {
  return {
      Errc::bad_request,
      Source::client,
      Retry::never,
      fmt::format("the request asks for {}, which OpenRouter alone does, and {} cannot be asked "
                  "of it here; set OPENROUTER_API_KEY, name a model that OpenRouter lists, or "
                  "leave {} out",
                  what, fmt::join(names_, ", "), what),
      {}};
}

Error Gathered::nobody_is_left() const {
  const bool none_is_meta = std::ranges::none_of(
      all_, [](const routing::Candidate& candidate) { return candidate.endpoint->meta; });
  const auto& drops = decision_.drops;
  if (none_is_meta && std::ranges::find(drops, routing::Drop::needs_openrouter) != drops.end()) {
    const bool named = asked().openrouters.empty();
    return openrouter_is_needed(named ? models_.front()->openrouters
                                      : std::string_view(asked().openrouters));
  }
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

}  // namespace tollway::dispatch
