#include "routing/affinity.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <ratio>
#include <string_view>

namespace tollway::routing {
namespace {

constexpr unsigned token_bits = 22;
constexpr std::int64_t tokens_max = (std::int64_t{1} << token_bits) - 1;
// So fine that answers to one conversation don't share one, and enough of them for thirteen years.
using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000>>;

std::uint64_t ticks(TimePoint time) noexcept {
  return static_cast<std::uint64_t>(std::chrono::floor<Ticks>(time.time_since_epoch()).count());
}

std::uint64_t packed(const Affinity::Served& served) noexcept {
  const auto tokens = std::clamp<std::int64_t>(served.cached_prompt_tokens, 0, tokens_max);
  return ticks(served.at) << token_bits | static_cast<std::uint64_t>(tokens);
}

Affinity::Served unpacked(std::uint64_t endpoint, std::uint64_t facts) noexcept {
  return {.endpoint = std::bit_cast<const Standing*>(endpoint),
          .at = TimePoint(Ticks(static_cast<std::int64_t>(facts >> token_bits))),
          .cached_prompt_tokens = static_cast<std::int64_t>(facts) & tokens_max};
}

}  // namespace

std::uint64_t mixed(std::uint64_t one, std::uint64_t other) noexcept {
  std::uint64_t mix = one ^ (other + 0x9e3779b97f4a7c15 + (one << 6) + (one >> 2));
  mix = (mix ^ (mix >> 30)) * 0xbf58476d1ce4e5b9;
  mix = (mix ^ (mix >> 27)) * 0x94d049bb133111eb;
  mix ^= mix >> 31;
  return mix == 0 ? 1 : mix;
}

std::uint64_t hash_of(std::span<const char> bytes) noexcept {
  return mixed(std::hash<std::string_view>{}({bytes.data(), bytes.size()}), bytes.size());
}

std::uint64_t Conversation::hash() const noexcept {
  if (session != 0) return session;
  if (prompt_cache != 0) return prompt_cache;
  return opening == 0 ? 0 : mixed(system, opening);
}

Affinity::Affinity(std::size_t entries)
    : sets_(std::max<std::size_t>(std::bit_ceil(entries) / ways, 1)) {}

const Affinity::Served* Affinity::Memory::of(const Standing* endpoint) const noexcept {
  const auto found = std::ranges::find(all(), endpoint, &Served::endpoint);
  return found == all().end() ? nullptr : &*found;
}

Affinity::Memory Affinity::find(std::uint64_t conversation, TimePoint now) const noexcept {
  Memory memory;
  for (const Entry& entry : sets_[set_of(conversation)]) {
    const auto endpoint = entry.endpoint.load(std::memory_order_relaxed);
    const auto facts = entry.facts.load(std::memory_order_relaxed);
    const auto check = entry.check.load(std::memory_order_relaxed);
    if (endpoint == 0 || (check ^ endpoint ^ facts) != conversation) continue;
    const Served served = unpacked(endpoint, facts);
    if (now - served.at <= kept_for) memory.served_[memory.count_++] = served;
  }
  std::ranges::sort(memory.served_.begin(), memory.served_.begin() + memory.count_,
                    std::ranges::greater{}, &Served::at);
  return memory;
}

void Affinity::served(std::uint64_t conversation, const Served& by) noexcept {
  const auto endpoint = std::bit_cast<std::uint64_t>(by.endpoint);
  Entry* place = nullptr;
  std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
  for (Entry& entry : sets_[set_of(conversation)]) {
    const auto there = entry.endpoint.load(std::memory_order_relaxed);
    const auto facts = entry.facts.load(std::memory_order_relaxed);
    const auto check = entry.check.load(std::memory_order_relaxed);
    if (there == endpoint && (check ^ there ^ facts) == conversation) {
      place = &entry;
      break;
    }
    if (facts >> token_bits < oldest) {
      oldest = facts >> token_bits;
      place = &entry;
    }
  }
  const auto facts = packed(by);
  place->endpoint.store(endpoint, std::memory_order_relaxed);
  place->facts.store(facts, std::memory_order_relaxed);
  place->check.store(conversation ^ endpoint ^ facts, std::memory_order_relaxed);
}

std::int64_t expected_cached(const Affinity::Served& served, std::int64_t prompt_tokens,
                             TimePoint now) noexcept {
  const std::int64_t cached = std::min(served.cached_prompt_tokens, prompt_tokens);
  const Duration idle = now - served.at;
  if (idle <= Affinity::cached_for) return cached;
  if (idle >= Affinity::kept_for) return 0;
  const double chance = static_cast<double>((Affinity::kept_for - idle).count()) /
                        static_cast<double>((Affinity::kept_for - Affinity::cached_for).count());
  return static_cast<std::int64_t>(chance * static_cast<double>(cached));
}

}  // namespace tollway::routing
