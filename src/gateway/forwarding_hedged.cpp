#include <exception>
#include <memory>

#include "base/error.hpp"
#include "gateway/forwarding.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway {

using Which = routing::Course::Which;

// What comes whole takes as long as it is, so that its silence says nothing.
std::optional<net::TimePoint> Forwarding::hedge_at() const {
  if (!request_.facts.stream || !request_.route->chat) return std::nullopt;
  return course_->hedge_at(net::Clock::now());
}

net::Task<Result<bool>> Forwarding::ask_hedged(std::uint32_t candidate, net::TimePoint hedge_at) {
  Attempt& attempt = *request_.attempt;
  if (request_.settlement.must_count(attempt)) {  // what it was before
    auto counting = request_.settlement.count(attempt);
    co_await std::move(counting);
  }
  Race race(request_);
  std::exception_ptr thrown;
  try {
    start(race, attempt, candidate, Which::first);
    auto waiting = race.wait_for_all(hedge_at);
    const bool ended = co_await std::move(waiting);
    const auto now = net::Clock::now();
    if (const auto beside = ended || race.is_decided() ? std::nullopt : course_->hedge(now)) {
      const bool is_first = &attempt == &request_.first;
      if (is_first && request_.second == nullptr) request_.second = std::make_unique<Attempt>();
      start(race, is_first ? *request_.second : request_.first, *beside, Which::hedge);
    }
  } catch (...) {
    thrown = std::current_exception();
    race.call_off(internal_error("the gateway has no memory for the request").error());
  }
  auto waiting = race.wait_for_all(net::TimePoint::max());
  co_await std::move(waiting);
  if (thrown) std::rethrow_exception(thrown);
  co_return race.result();
}

void Forwarding::start(Race& race, Attempt& attempt, std::uint32_t candidate, Which which) {
  attempt.which = which;
  race.enter(attempt);
  try {
    request_.services.loop.tasks().spawn(run_in(race, attempt, candidate));
  } catch (...) {
    race.leave(attempt, internal_error("the attempt could not begin"));
    throw;
  }
}

net::Task<> Forwarding::run_in(Race& race, Attempt& attempt, std::uint32_t candidate) {
  Result<bool> result = internal_error("the attempt ended by an exception");
  const auto leave = [&race, &attempt](Result<bool>* ended) {
    race.leave(attempt, std::move(*ended));
  };
  const std::unique_ptr<Result<bool>, decltype(leave)> leaving(&result, leave);  // on every way out
  auto asking = ask(attempt, candidate);
  result = co_await std::move(asking);
}

}  // namespace tollway::gateway
