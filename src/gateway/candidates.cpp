#include "gateway/candidates.hpp"

#include <algorithm>

#include "gateway/route.hpp"

namespace tollway::gateway {
namespace {

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

}  // namespace

Result<> Candidates::choose(Request& request, routing::TimePoint now) {
  const Wishes& wishes = request.facts.wishes;
  routing::Ask& ask = request.facts.wishes.ask;
  ask.strategy = request.strategy();
  auto gathered = gather({.model = request.facts.model,
                          .models = wishes.models,
                          .route = request.route->path,
                          .preferences = wishes.preferences,
                          .any_model = wishes.any_model,
                          .any_model_beta = &wishes.any_model_beta},
                         ask, request.services.endpoints, now);
  // As limits count them: the answer as long as the request allows, not as it is expected to be.
  tokens_ = ask.prompt_tokens + std::max(ask.output_tokens, ask.max_tokens.value_or(0));
  if (!gathered) return gathered;
  if (all().size() > 1 && request.route->chat) remember(request, now);
  decide(request.services.routing.router);
  if (!places().empty()) return {};
  return std::unexpected(nobody_is_left());
}

void Candidates::remember(const Request& request, routing::TimePoint now) {
  const Memory memory = memory_of(request.strategy());
  const routing::Affinity* const affinity = request.services.routing.affinity;
  if (memory == Memory::none || affinity == nullptr) return;
  bool is_session = false;
  conversation_ = conversation_of(request, name(), is_session);
  if (conversation_ == 0) return;
  sticks_after_any_ = is_session || memory != Memory::opening;
  const auto before = affinity->find(conversation_, now);
  if (before.all().empty()) return;
  for (routing::Candidate& candidate : all()) {
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
  const auto& metered = request.attempt->progress.metered;
  const bool hit = metered && metered->cache_read > 0;
  const routing::Candidate& chosen = all()[candidate];
  if (!hit && !sticks_after_any_ && !chosen.sticky) return;
  request.services.routing.affinity->served(
      conversation_, {.endpoint = chosen.standing,
                      .at = now,
                      .cached_prompt_tokens = metered ? cached_tokens(*metered) : 0});
}

}  // namespace tollway::gateway
