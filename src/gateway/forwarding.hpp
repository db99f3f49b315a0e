// One request through its attempts, until one of them is answered or nobody is left to ask.
#pragma once

#include <optional>

#include "base/recycler.hpp"
#include "dispatch/pause.hpp"
#include "gateway/attempt.hpp"
#include "gateway/candidates.hpp"
#include "gateway/race.hpp"
#include "gateway/request.hpp"
#include "routing/course.hpp"

namespace tollway::gateway {

// Does what routing::Course says.
class Forwarding {
 public:
  // The request's candidates have been chosen.
  explicit Forwarding(Request& request)
      : request_(request),
        candidates_(request.candidates),
        ends_by_(request.arrived + request.services.dispatch.patience()),
        course_(request.services.routing.courses.make(
            routing::Course::Parts{.candidates = candidates_.all(),
                                   .places = candidates_.places(),
                                   .budget = request.services.routing.budget,
                                   .line = request.services.routing.line,
                                   .random = request.services.routing.random},
            request.services.routing.options, candidates_.tokens(), ends_by_)),
        pause_(request.services.loop) {}

  // `now` is when they were.
  [[nodiscard]] net::Task<Result<>> run(net::TimePoint now);

 private:
  // True: the client has its answer.
  [[nodiscard]] net::Task<Result<bool>> ask(Attempt& attempt, std::uint32_t candidate);
  // The same, with another attempt beside it where nothing has come of it by `hedge_at`.
  [[nodiscard]] net::Task<Result<bool>> ask_hedged(std::uint32_t candidate,
                                                   net::TimePoint hedge_at);
  void start(Race& race, Attempt& attempt, std::uint32_t candidate, routing::Course::Which which);
  [[nodiscard]] net::Task<> run_in(Race& race, Attempt& attempt, std::uint32_t candidate);
  [[nodiscard]] std::optional<net::TimePoint> hedge_at() const;
  // Lists and the like cost nothing.
  [[nodiscard]] bool metered() const;
  [[nodiscard]] std::string_view body_for(Attempt& attempt, std::uint32_t candidate);
  void begin_recording(Attempt& attempt, const dispatch::Outgoing& outgoing) const;
  static void record_head(Attempt& attempt, const http::Head& head);
  // Nothing came of it that a client could be given.
  [[nodiscard]] Result<bool> failed(Attempt& attempt, Error error);
  void refused(Attempt& attempt);
  void answered(const Attempt& attempt, std::uint32_t candidate);
  [[nodiscard]] static routing::Attempt measured(const Attempt& attempt, net::TimePoint now);
  [[nodiscard]] net::Task<Result<>> give_up(net::TimePoint until);
  [[nodiscard]] net::Task<Result<>> pass_refusal();
  [[nodiscard]] net::Task<Result<>> end_begun(Error error);

  Request& request_;
  Candidates& candidates_;
  net::TimePoint ends_by_;
  Recycler<routing::Course>::Pointer course_;
  dispatch::Pause pause_;
  std::optional<Error> error_;                // of the last attempt
  std::optional<routing::Duration> soonest_;  // of the times that refusals asked to wait for
};

}  // namespace tollway::gateway
