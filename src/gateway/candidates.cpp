#include "gateway/candidates.hpp"

#include <algorithm>

#include "gateway/request.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway {
namespace {

// Whose conversation it is; its session may be named outside the body (wire.md 4.12).
routing::Conversation conversation_of(const Request& request) {
  routing::Conversation conversation = request.facts.wishes.conversation;
  const auto header = request.exchange.head().find("x-session-id");
  if (conversation.session == 0 && header) conversation.session = routing::hash_of(*header);
  return conversation;
}

}  // namespace

Result<> Candidates::choose(Request& request, routing::TimePoint now) {
  const dispatch::Wishes& wishes = request.facts.wishes;
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
  const routing::Affinity* const affinity = request.services.routing.affinity;
  if (affinity == nullptr) return;
  const auto conversation = conversation_of(request);
  memory_.mark({.conversation = conversation,
                .whose = request.key == nullptr ? 0 : routing::hash_of(request.key->label),
                .model = name(),
                .strategy = request.strategy(),
                .prompt_tokens = request.facts.wishes.ask.prompt_tokens},
               *affinity, all(), now);
}

void Candidates::served(const Request& request, std::uint32_t candidate,
                        routing::TimePoint now) const {
  routing::Affinity* const affinity = request.services.routing.affinity;
  if (affinity == nullptr) return;
  dispatch::CachedPrompt cached;
  if (const auto& metered = request.attempt->progress.metered) {
    cached = {.prompt_tokens = metered->input,
              .read = metered->cache_read,
              .written = metered->cache_write_5m + metered->cache_write_1h};
  }
  memory_.served(all()[candidate], cached, *affinity, now);
}

}  // namespace tollway::gateway
