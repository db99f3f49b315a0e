#include "dispatch/conversation_memory.hpp"

namespace tollway::dispatch {
namespace {

// What a configured strategy makes of where a conversation was; `opening` is OpenRouter's way.
enum class Memory : std::uint8_t { none, opening, sticky, cached };

Memory memory_of(const routing::Strategy* strategy) {
  if (strategy == nullptr || strategy->name == "price_weighted") return Memory::opening;
  if (strategy->name == "sticky") return Memory::sticky;
  return strategy->name == "cache_aware" ? Memory::cached : Memory::none;
}

// Whose conversation it is, and of which session, if it names one (wire.md 4.12).
std::uint64_t conversation_of(const ConversationMemory::Asked& asked) {
  const std::uint64_t hash = asked.conversation.hash();
  if (hash == 0) return 0;
  return routing::mixed(routing::mixed(asked.whose, routing::hash_of(asked.model)), hash);
}

// Of a prompt that was served. Where a cache was read and no write is stated, vendors keep all of
// it without being asked to.
std::int64_t cached_tokens(const CachedPrompt& cached) {
  if (cached.read > 0 && cached.written == 0) return cached.prompt_tokens;
  return cached.read + cached.written;
}

bool saves_by_cache(const routing::Endpoint& endpoint) {
  const auto& prices = endpoint.prices;
  return prices.cache_read && prices.prompt && *prices.cache_read < *prices.prompt;
}

}  // namespace

void ConversationMemory::mark(const Asked& asked, const routing::Affinity& affinity,
                              std::span<routing::Candidate> candidates, routing::TimePoint now) {
  const Memory memory = memory_of(asked.strategy);
  if (memory == Memory::none) return;
  conversation_ = conversation_of(asked);
  if (conversation_ == 0) return;
  sticks_after_any_ = asked.conversation.session != 0 || memory != Memory::opening;
  const auto before = affinity.find(conversation_, now);
  if (before.all().empty()) return;
  for (routing::Candidate& candidate : candidates) {
    const auto* const served = before.of(candidate.standing);
    if (served == nullptr) continue;
    candidate.cached_prompt_tokens = expected_cached(*served, asked.prompt_tokens, now);
    candidate.sticky = memory != Memory::cached && served == &before.all().front() &&
                       (sticks_after_any_ || saves_by_cache(*candidate.endpoint));
  }
}

void ConversationMemory::served(const routing::Candidate& by, const CachedPrompt& cached,
                                routing::Affinity& affinity, routing::TimePoint now) const {
  if (conversation_ == 0) return;
  if (cached.read == 0 && !sticks_after_any_ && !by.sticky) return;
  affinity.served(
      conversation_,
      {.endpoint = by.standing, .at = now, .cached_prompt_tokens = cached_tokens(cached)});
}

}  // namespace tollway::dispatch
