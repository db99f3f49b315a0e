#include "gateway/race.hpp"

#include <cassert>
#include <utility>

#include "gateway/request.hpp"

namespace tollway::gateway {

Race::Race(Request& request)
    : request_(request),
      hook_(request.exchange.abort(), &Race::on_abort, this),
      ended_(request.services.loop),
      lost_(request.services.loop) {}

Race::~Race() {
  for (Runner& runner : runners_) {
    assert(!runner.running && "attempts outlive their race");
    if (runner.attempt == nullptr) continue;
    runner.attempt->race = nullptr;
    runner.attempt->which = routing::Course::Which::first;
  }
}

void Race::on_abort(void* self) {
  auto& race = *static_cast<Race*>(self);
  race.call_off(race.request_.exchange.abort().reason());
}

void Race::call_off(const Error& reason) {
  for (Runner& runner : runners_) runner.abort.fire(reason);
}

void Race::enter(Attempt& attempt) {
  Runner& runner = runners_[runners_.front().attempt == nullptr ? 0 : 1];
  runner.attempt = &attempt;
  runner.running = true;
  attempt.race = this;
  if (request_.exchange.abort().fired()) runner.abort.fire(request_.exchange.abort().reason());
}

void Race::leave(Attempt& attempt, Result<bool> result) {
  Runner& mine = runner(attempt);
  mine.running = false;
  mine.result = std::move(result);
  if (other(attempt).running) {
    request_.attempt = other(attempt).attempt;
    request_.settlement.drop(attempt);
  }
  lost_.set();
  ended_.set();
}

net::Abort& Race::abort_of(const Attempt& attempt) noexcept {
  return runner(attempt).abort;
}

net::Task<Result<>> Race::win(Attempt& attempt) {
  if (const auto& abort = runner(attempt).abort; abort.fired()) {
    co_return std::unexpected(abort.reason());
  }
  winner_ = &attempt;
  request_.attempt = &attempt;
  Runner& loser = other(attempt);
  loser.abort.fire(
      Error{Errc::cancelled, Source::internal, Retry::never, "another provider was faster", {}});
  // Its abort has ended whatever it waits for.
  net::Abort never;
  while (loser.running) {
    auto waiting = lost_.wait(net::TimePoint::max(), never);
    co_await std::move(waiting);
  }
  co_return Result<>{};
}

net::Task<bool> Race::wait_for_all(net::TimePoint until) {
  net::Abort never;
  while (runners_[0].running || runners_[1].running) {
    auto waiting = ended_.wait(until, never);
    if (co_await std::move(waiting) == net::Event::Woken::timed_out) co_return false;
  }
  co_return true;
}

Result<bool> Race::result() const {
  const Result<bool>* worst = nullptr;
  for (const Runner& runner : runners_) {
    if (!runner.result) continue;
    if (runner.attempt == winner_) return *runner.result;
    if (worst == nullptr || !*runner.result) worst = &*runner.result;
  }
  return *worst;
}

bool must_take_client(const Request& request, const Attempt& attempt) noexcept {
  return attempt.race != nullptr || request.silence.writing();
}

net::Task<Result<>> take_client(Request& request, Attempt& attempt) {
  if (attempt.race != nullptr) {
    auto winning = attempt.race->win(attempt);
    if (auto won = co_await std::move(winning); !won) co_return won;
  }
  auto silencing = request.silence.end();
  co_await std::move(silencing);
  co_return Result<>{};
}

}  // namespace tollway::gateway
