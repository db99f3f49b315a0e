// Who may serve a request, in which order.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "dispatch/endpoints.hpp"
#include "routing/any_model.hpp"
#include "routing/ask.hpp"
#include "routing/decide.hpp"

namespace tollway::dispatch {

// What a request says of who may serve it. All of it outlives what is gathered for it.
struct Wanted {
  std::string_view model;               // empty: none is named, or `models` has the first
  std::span<const std::string> models;  // to be tried after it, in this order
  std::string_view route;               // "chat/completions"
  std::string_view preferences;         // JSON text of the `provider` object; empty: none
  const routing::AnyModel& any_model;   // which models "openrouter/auto" may mean
  const routing::AnyModel* any_model_beta = nullptr;  // and "openrouter/auto-beta"; null: the same
};

// The endpoints of a request's models, decided upon: by the gateway, and by whoever wants to know
// what it would decide. Part of one request.
class Gathered {
 public:
  // `ask` has what the request asks for, with the strategy for what it leaves open; it outlives
  // this, and gets what only the endpoints tell. Errc::bad_request for a `provider` object that
  // cannot be read, and for "openrouter/auto" with what OpenRouter alone does where it cannot be
  // asked; not_found where no model can stand for it.
  [[nodiscard]] Result<> gather(const Wanted& wanted, routing::Ask& ask, Endpoints& endpoints,
                                routing::TimePoint now);
  // The same among targets that somebody named himself: a model of alternatives, then each that
  // stands behind it. Nothing goes up as it came.
  [[nodiscard]] Result<> gather(std::span<const ModelTargetsPointer> models,
                                std::string_view preferences, routing::Ask& ask,
                                routing::TimePoint now);
  // Once gathered. Where nobody is left there are no places, and nobody_is_left() says why.
  void decide(routing::Router& router);
  // Errc::not_found, or bad_request for what OpenRouter alone does where it cannot be asked.
  [[nodiscard]] Error nobody_is_left() const;

  [[nodiscard]] std::span<routing::Candidate> all() noexcept { return all_; }
  [[nodiscard]] std::span<const routing::Candidate> all() const noexcept { return all_; }
  [[nodiscard]] std::span<const routing::Place> places() const noexcept { return decision_.places; }
  [[nodiscard]] const Target& target(std::uint32_t candidate) const noexcept {
    return *targets_[candidate];
  }
  // The first model, as the request spells it.
  [[nodiscard]] std::string_view name() const noexcept { return names_.front(); }
  // As the request spells the candidate's model.
  [[nodiscard]] std::string_view asked_for(std::uint32_t candidate) const noexcept {
    return names_[all_[candidate].model];
  }
  // Nobody but one who decides for himself could serve it, so it goes up as it came.
  [[nodiscard]] bool goes_as_it_came() const noexcept { return as_it_came_; }
  // Some provider's list has the first model.
  [[nodiscard]] bool is_known() const noexcept { return models_.front()->known; }
  // The decision as one JSON object (routing/explain.hpp), whatever it was; empty where there is
  // none.
  [[nodiscard]] std::string explained(routing::TimePoint now) const;

 private:
  void find_models(const Wanted& wanted, Endpoints& endpoints, routing::TimePoint now);
  [[nodiscard]] Result<> read_wishes(std::string_view preferences);
  // Puts models in the place of "openrouter/auto".
  [[nodiscard]] Result<> name_any(const Wanted& wanted, Endpoints& endpoints,
                                  routing::TimePoint now);
  [[nodiscard]] Error openrouter_is_needed(std::string_view what) const;
  void add(const ModelTargets& model, std::uint32_t index, routing::TimePoint now);
  [[nodiscard]] const routing::Ask& asked() const noexcept { return as_it_came_ ? open_ : *ask_; }

  // Most requests name one model that one or two offer.
  template <class Element, std::size_t Usual>
  using Few = boost::container::small_vector<Element, Usual>;
  Few<std::string_view, 1> names_;
  Few<ModelTargetsPointer, 1> models_;
  Few<routing::Candidate, 2> all_;
  Few<const Target*, 2> targets_;  // by candidate
  routing::Decision decision_;
  bool as_it_came_ = false;
  routing::Ask* ask_ = nullptr;
  routing::Ask open_;  // what is asked where the request goes up as it came
};

}  // namespace tollway::dispatch
