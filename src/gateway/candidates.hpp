// Who may serve a request, in which order.
#pragma once

#include <boost/container/small_vector.hpp>
#include <string>
#include <string_view>

#include "dispatch/endpoints.hpp"
#include "gateway/request.hpp"
#include "routing/affinity.hpp"
#include "routing/decide.hpp"

namespace tollway::gateway {

// The endpoints of the request's models, decided upon. Part of one request.
class Candidates {
 public:
  // Gathers and decides. Errc::bad_request for a `provider` object that cannot be read; not_found,
  // with the reasons, where nobody is left.
  [[nodiscard]] Result<> choose(Request& request, routing::TimePoint now);

  [[nodiscard]] std::span<const routing::Candidate> all() const noexcept { return all_; }
  [[nodiscard]] std::span<const routing::Place> places() const noexcept { return decision_.places; }
  [[nodiscard]] const dispatch::Target& target(std::uint32_t candidate) const noexcept {
    return *targets_[candidate];
  }
  // Remembers that the candidate served the request's conversation, where that may matter to its
  // next turn.
  void served(const Request& request, std::uint32_t candidate, routing::TimePoint now) const;
  // As the request spells the candidate's model.
  [[nodiscard]] std::string_view asked_for(std::uint32_t candidate) const noexcept {
    return names_[all_[candidate].model];
  }
  // Nobody but one who decides for himself could serve it, so it goes up as it came.
  [[nodiscard]] bool goes_as_it_came() const noexcept { return as_it_came_; }
  // The decision as one JSON object (routing/explain.hpp), whatever it was.
  [[nodiscard]] std::string explained(const Request& request, routing::TimePoint now) const;
  // Some provider's list has the first model.
  [[nodiscard]] bool is_known() const noexcept { return models_.front()->known; }
  // Tokens of prompt and answer together, estimated.
  [[nodiscard]] std::int64_t tokens() const noexcept { return tokens_; }

 private:
  void find_models(Request& request, routing::TimePoint now);
  [[nodiscard]] Result<> read_wishes(Request& request);
  // Puts models in the place of "openrouter/auto".
  [[nodiscard]] Result<> name_any(Request& request, routing::TimePoint now);
  // Marks those that served the request's conversation before.
  void remember(const Request& request, routing::TimePoint now);
  void add(const dispatch::ModelTargets& model, std::uint32_t index, routing::TimePoint now);
  [[nodiscard]] Error nobody_is_left() const;

  // Most requests name one model that one or two offer.
  template <class Element, std::size_t usual>
  using Few = boost::container::small_vector<Element, usual>;
  Few<std::string_view, 1> names_;
  Few<dispatch::ModelTargetsPointer, 1> models_;
  Few<routing::Candidate, 2> all_;
  Few<const dispatch::Target*, 2> targets_;  // by candidate
  routing::Decision decision_;
  bool as_it_came_ = false;
  routing::Ask open_;  // what is asked where the request goes up as it came
  std::int64_t tokens_ = 0;
  std::uint64_t conversation_ = 0;  // 0: it does not matter who served it
  bool sticks_after_any_ = false;   // not only after a cache was seen to be read
};

}  // namespace tollway::gateway
