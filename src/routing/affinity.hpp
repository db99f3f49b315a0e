// Where conversations were served lately, so that they can go where their prompt is still cached.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "routing/clock.hpp"

namespace tollway::routing {

struct Standing;

// What a request says about the conversation that it belongs to, as hashes; 0: nothing.
struct Conversation {
  std::uint64_t session = 0;       // session_id
  std::uint64_t prompt_cache = 0;  // prompt_cache_key
  std::uint64_t system = 0;        // its first system message
  std::uint64_t opening = 0;       // its first other message

  // Of what says most (wire.md 4.12): session, prompt cache key, first messages.
  [[nodiscard]] std::uint64_t hash() const noexcept;
};
// Never 0. Not for secrets.
[[nodiscard]] std::uint64_t hash_of(std::span<const char> bytes) noexcept;
[[nodiscard]] std::uint64_t mixed(std::uint64_t one, std::uint64_t other) noexcept;

// A table of fixed size, shared by all threads, without locks: in a set of four the oldest goes.
// What is torn between two threads that write one entry is not found, as its words don't match
// (Hyatt and Mann, "A Lockless Transposition Table Implementation for Parallel Search", 2002).
class Affinity {
 public:
  static constexpr Duration kept_for = std::chrono::minutes(10);  // idle, as OpenRouter does
  // Vendors keep a prompt for 5 to 10 minutes after its last use (wire.md 4.13).
  static constexpr Duration cached_for = std::chrono::minutes(5);
  static constexpr std::size_t ways = 4;
  static constexpr std::size_t conversations_usual = 8192;  // 256 KB

  // As many entries as the next power of two, four at least.
  explicit Affinity(std::size_t entries = conversations_usual);

  struct Served {
    const Standing* endpoint = nullptr;  // that answered; to be compared alone
    TimePoint at;
    std::int64_t cached_prompt_tokens = 0;  // that its provider had in its cache by then
  };
  // Those that are not older than kept_for, the newest first.
  class Memory {
   public:
    [[nodiscard]] std::span<const Served> all() const noexcept { return {served_.data(), count_}; }
    [[nodiscard]] const Served* of(const Standing* endpoint) const noexcept;

   private:
    friend class Affinity;
    std::array<Served, ways> served_{};
    std::size_t count_ = 0;
  };
  // `conversation` is a hash of whose it is, its model and what it is; never 0.
  [[nodiscard]] Memory find(std::uint64_t conversation, TimePoint now) const noexcept;
  void served(std::uint64_t conversation, const Served& by) noexcept;

 private:
  // `check` is the exclusive or of the conversation and the two others.
  struct alignas(32) Entry {
    std::atomic<std::uint64_t> check{0};
    std::atomic<std::uint64_t> endpoint{0};
    std::atomic<std::uint64_t> facts{0};  // ticks above, tokens in the lowest bits
  };
  using Set = std::array<Entry, ways>;
  [[nodiscard]] std::size_t set_of(std::uint64_t conversation) const noexcept {
    return static_cast<std::size_t>(conversation >> 32) & (sets_.size() - 1);
  }
  std::vector<Set> sets_;
};

// How many tokens of a prompt an endpoint's provider is expected to have in its cache: what it had
// when it last served the conversation, all of it for five minutes, then ever less up to ten.
[[nodiscard]] std::int64_t expected_cached(const Affinity::Served& served,
                                           std::int64_t prompt_tokens, TimePoint now) noexcept;

}  // namespace tollway::routing
