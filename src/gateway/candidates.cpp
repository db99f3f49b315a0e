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

// What a configured strategy makes of where a conversation was; `opening` is OpenRouter's way.
enum class Memory : std::uint8_t { none, opening, sticky, cached };

Memory memory_of(const routing::Strategy* strategy) {
  if (strategy == nullptr || strategy->name == "price_weighted") return Memory::opening;
  if (strategy->name == "sticky") return Memory::sticky;
  return strategy->name == "cache_aware" ? Memory::cached : Memory::none;
}

// Whose conversation it is, and of which session, if it names one (wire.md 4.12).
std::uint64_t conversation_of(const Request& request, std::string_view model, bool& is_session) {
  routing::Conversation conversation = request.facts.wishes.conversation;
  const auto header = request.exchange.head().find("x-session-id");
  if (conversation.session == 0 && header) conversation.session = routing::hash_of(*header);
  is_session = conversation.session != 0;
  const std::uint64_t hash = conversation.hash();
  if (hash == 0) return 0;
  const auto whose = request.key == nullptr ? 0 : routing::hash_of(request.key->label);
  return routing::mixed(routing::mixed(whose, routing::hash_of(model)), hash);
}

// Of a prompt that was served. Where a cache was read and no write is stated, vendors keep all of
// it without being asked to.
std::int64_t cached_tokens(const llm::MeteredUsage& usage) {
  const std::int64_t written = usage.cache_write_5m + usage.cache_write_1h;
  if (usage.cache_read > 0 && written == 0) return usage.input;
  return usage.cache_read + written;
}

bool saves_by_cache(const routing::Endpoint& endpoint) {
  const auto& prices = endpoint.prices;
  return prices.cache_read && prices.prompt && *prices.cache_read < *prices.prompt;
}

bool decides_for_itself(const dispatch::Target& target) {
  return target.endpoint.meta;
}

}  // namespace

Result<> Candidates::choose(Request& request, routing::TimePoint now) {
  routing::Ask& ask = request.facts.wishes.ask;
  ask.output_tokens = std::min(ask.max_tokens.value_or(output_tokens_usual), output_tokens_usual);
  ask.strategy = request.strategy();
  tokens_ = ask.prompt_tokens + ask.output_tokens;
  find_models(request, now);
  if (!as_it_came_) {
    if (auto read = read_wishes(request); !read) return read;
    if (auto named = name_any(request, now); !named) return named;
  }
  for (std::uint32_t index = 0; index < models_.size(); ++index) add(*models_[index], index, now);
  if (all_.size() > 1 && request.route->chat) remember(request, now);
  auto& router = request.services.routing.router;
  constexpr std::size_t wanted = routing::Course::candidates_max;
  if (as_it_came_) {
    open_.prompt_tokens = ask.prompt_tokens;
    open_.output_tokens = ask.output_tokens;
    router.decide(all_, open_, wanted, decision_);
    return {};
  }
  router.decide(all_, ask, wanted, decision_);
  if (decision_.places.empty()) return std::unexpected(nobody_is_left());
  return {};
}

Result<> Candidates::read_wishes(Request& request) {
  routing::Ask& ask = request.facts.wishes.ask;
  ask.variants = models_.front()->variants;
  if (request.facts.wishes.preferences.empty()) return {};
  auto read = routing::read_preferences(request.facts.wishes.preferences);
  if (!read) return std::unexpected(std::move(read.error()));
  ask.preferences = std::move(*read);
  return {};
}

// Among models that nobody named, a price alone says nothing of what is got for it.
Result<> Candidates::name_any(Request& request, routing::TimePoint now) {
  Wishes& wishes = request.facts.wishes;
  for (auto& model : models_) {
    if (!model->any) continue;
    auto found = request.services.endpoints.of_any(*model, request.route->path, wishes.ask,
                                                   wishes.any_model, now);
    if (!found && models_.size() > 1) continue;  // another of the list may do
    if (!found) return std::unexpected(std::move(found.error()));
    model = std::move(*found);
    if (memory_of(wishes.ask.strategy) == Memory::opening) {
      wishes.ask.strategy = routing::strategy_named("balanced");
    }
  }
  return {};
}

void Candidates::find_models(Request& request, routing::TimePoint now) {
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
    return !model->any && std::ranges::all_of(model->targets, &decides_for_itself);
  });
  if (as_it_came_) models_.resize(1);
}

void Candidates::remember(const Request& request, routing::TimePoint now) {
  const Memory memory = memory_of(request.strategy());
  const routing::Affinity* const affinity = request.services.routing.affinity;
  if (memory == Memory::none || affinity == nullptr) return;
  bool is_session = false;
  conversation_ = conversation_of(request, names_.front(), is_session);
  if (conversation_ == 0) return;
  sticks_after_any_ = is_session || memory != Memory::opening;
  const auto before = affinity->find(conversation_, now);
  if (before.all().empty()) return;
  for (routing::Candidate& candidate : all_) {
    const auto* const served = before.of(candidate.standing);
    if (served == nullptr) continue;
    candidate.cached_prompt_tokens =
        expected_cached(*served, request.facts.wishes.ask.prompt_tokens, now);
    candidate.sticky = memory != Memory::cached && served == &before.all().front() &&
                       (sticks_after_any_ || saves_by_cache(*candidate.endpoint));
  }
}

void Candidates::served(const Request& request, std::uint32_t candidate,
                        routing::TimePoint now) const {
  if (conversation_ == 0) return;
  const auto& metered = request.progress.metered;
  const bool hit = metered && metered->cache_read > 0;
  if (!hit && !sticks_after_any_ && !all_[candidate].sticky) return;
  request.services.routing.affinity->served(
      conversation_, {.endpoint = all_[candidate].standing,
                      .at = now,
                      .cached_prompt_tokens = metered ? cached_tokens(*metered) : 0});
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
