// Models that are chosen between, and the choice that one call makes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/chat_model_state.hpp"
#include "dispatch/conversation_memory.hpp"
#include "dispatch/gathered.hpp"
#include "dispatch/wishes.hpp"
#include "routing/decide.hpp"

namespace tollway::client {

// What is known of those that a model's calls can be sent to. Immutable, shared by its calls.
struct Alternatives {
  // By the upstreams' stages; of all together the targets stand in the order of the upstreams.
  std::vector<dispatch::ModelTargetsPointer> models;
  const routing::Strategy* strategy = nullptr;
};

// Puts them in the order of their stages, keys of one offer side by side, and says what each is as
// an endpoint. The first of them stays the first.
[[nodiscard]] std::shared_ptr<const Alternatives> make_alternatives(
    std::vector<ChatUpstream>& upstreams, const routing::Strategy* strategy);

// Errc::bad_request, with those there are, for a name that no strategy has.
[[nodiscard]] Result<const routing::Strategy*> strategy_called(std::string_view name);

// Who is asked by one call.
class Decision {
 public:
  // `request` names no model; `body` is what of it goes to the first upstream.
  Decision(std::shared_ptr<const Alternatives> alternatives, const ChatModelOptions& options,
           const ChatRequest& request, std::string_view body, const routing::Strategy* strategy);
  Decision(const Decision&) = delete;
  Decision& operator=(const Decision&) = delete;

  // On the runtime's thread, as all below; once. Errc::bad_request and not_found as the gateway
  // says them.
  [[nodiscard]] Result<> decide(routing::Router& router, const routing::Affinity& affinity,
                                routing::TimePoint now);
  // The candidate has answered: its conversation may stay with it.
  void served(std::size_t candidate, const Usage& usage, routing::Affinity& affinity,
              routing::TimePoint now) const;
  [[nodiscard]] std::span<const routing::Candidate> candidates() const noexcept {
    return gathered_.all();
  }
  [[nodiscard]] std::span<const routing::Place> places() const noexcept {
    return gathered_.places();
  }
  [[nodiscard]] std::string explained(routing::TimePoint now) const {
    return gathered_.explained(now);
  }

 private:
  std::shared_ptr<const Alternatives> alternatives_;
  dispatch::Wishes wishes_;
  dispatch::Gathered gathered_;
  dispatch::ConversationMemory memory_;
};

}  // namespace tollway::client
