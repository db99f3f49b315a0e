#include "routing/course.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "routing/standing.hpp"

namespace tollway::routing {
namespace {

constexpr Duration look_again_after = std::chrono::milliseconds(50);
constexpr Duration early_attempt_every = std::chrono::seconds(1);
constexpr int doublings_max = 20;

// By anyone, while it was closed to most.
TimePoint tried_at(const Standing& standing) noexcept {
  const TimePoint tried = standing.breaker.tried_at();
  return standing.key == nullptr ? tried : std::max(tried, standing.key->tried_at());
}

}  // namespace

Course::Course(const Parts& parts, const CourseOptions& options, std::int64_t tokens,
               TimePoint deadline)
    : parts_(parts),
      options_(options),
      tokens_(tokens),
      deadline_(deadline),
      stop_count_(std::min(parts.places.size(), candidates_max)) {
  parts_.budget.request();
}

Course::~Course() {
  for (Flight& flight : flights_) {
    if (flight.entry) end({}, 0, flight.began, flight);
  }
  if (paid_) parts_.budget.give_back();
}

Course::Step Course::next(TimePoint now) {
  if (client_fault_ || now >= deadline_) return give_up(now);
  if (now < pause_until_) return {.what = Next::wait, .until = pause_until_};
  while (stop_ < stop_count_) {
    const std::size_t stop = order_[stop_++];
    if (!may_try(stops_[stop])) continue;
    const bool is_retry = stops_[stop].attempts > 0;
    if (try_at(stop, now, flight(Which::first))) return sent(now);
    if (is_retry) paid_ = true;  // for the next one
  }
  if (attempts_ == 0 && breaker_ends_ && !limit_ends_ && try_early(now)) return sent(now);
  return another_round(now);
}

// A place is tried again in a round for retries alone, and each retry is paid for.
bool Course::may_try(const Stop& stop) {
  if (stop.over || stop.attempts > rounds_) return false;
  if (stop.attempts == 0 || std::exchange(paid_, false)) return true;
  return parts_.budget.take();
}

Course::Step Course::sent(TimePoint now) const {
  return {.what = Next::attempt,
          .candidate = parts_.places[flights_.front().stop].candidate,
          .until = now};
}

Course::Step Course::give_up(TimePoint now) const {
  TimePoint until = limit_ends_.value_or(now);
  if (breaker_ends_ && (!limit_ends_ || *breaker_ends_ < until)) until = *breaker_ends_;
  return {.what = Next::give_up, .until = until};
}

// The one that was tried longest ago, and one a second of all: so a total outage costs next to
// nothing, and is noticed to be over a second after it is.
bool Course::try_early(TimePoint now) {
  std::size_t longest_ago = 0;
  TimePoint latest{};
  for (std::size_t stop = 0; stop < stop_count_; ++stop) {
    const TimePoint tried = tried_at(*at(stop).standing);
    latest = std::max(latest, tried);
    if (tried < tried_at(*at(longest_ago).standing)) longest_ago = stop;
  }
  return now - latest >= early_attempt_every &&
         try_at(longest_ago, now, flight(Which::first), true);
}

bool Course::try_at(std::size_t stop, TimePoint now, Flight& flight, bool early) {
  Standing& standing = *at(stop).standing;
  const auto passed_over = [this](TimePoint ends) {
    breaker_ends_ = std::min(breaker_ends_.value_or(ends), ends);
    return false;
  };
  if (standing.key != nullptr && !standing.key->admits(now, early)) {
    return passed_over(standing.key->rest_until());
  }
  // What is closed lets an early attempt pass like any other: it is the key that rests.
  const bool probes = early && standing.breaker.state(now) != Breaker::State::closed;
  if (!(probes ? standing.breaker.admit_early(now) : standing.breaker.admit(now))) {
    return passed_over(standing.breaker.opens_at());
  }
  if (!enter(standing, now, flight)) {
    standing.breaker.ended(Outcome::neutral, {}, now, now);
    return false;
  }
  standing.health.begin();
  flight.began = now;
  flight.stop = stop;
  ++stops_[stop].attempts;
  ++attempts_;
  return true;
}

// Through both limiters or none: what the operator allows the key, and what the provider said.
bool Course::enter(Standing& standing, TimePoint now, Flight& flight) {
  const auto used_up = [this, now](TimePoint ends) {
    // When one that is under way will end nobody knows.
    ends = std::max(ends, now + look_again_after);
    limit_ends_ = std::min(limit_ends_.value_or(ends), ends);
    return false;
  };
  if (standing.key != nullptr) {
    const auto entry = standing.key->limiter.enter(tokens_, now);
    if (!entry) return used_up(entry.error());
    flight.key_entry = *entry;
  }
  const auto entry = standing.limiter.enter(tokens_, now);
  if (entry) {
    flight.entry = *entry;
    return true;
  }
  if (flight.key_entry) standing.key->limiter.give_back(*flight.key_entry, now);
  flight.key_entry.reset();
  return used_up(entry.error());
}

// Those of the provider and model that failed, among what is left of the model in this round.
void Course::put_other_keys_behind(std::size_t failed_stop) noexcept {
  const Candidate& failed = at(failed_stop);
  if (failed.endpoint == nullptr) return;
  const auto another_key = [&](std::uint8_t stop) {
    const Candidate& other = at(stop);
    return other.endpoint->provider == failed.endpoint->provider &&
           other.endpoint->model == failed.endpoint->model;
  };
  const auto end = order_.begin() + stop_count_;
  auto kept = order_.begin() + stop_;
  for (auto stop = kept; stop != end && at(*stop).model == failed.model; ++stop) {
    if (another_key(*stop)) continue;
    std::rotate(kept, stop, stop + 1);
    ++kept;
  }
}

Course::Step Course::another_round(TimePoint now) {
  Step step = give_up(now);
  if (limit_ends_) {  // to wait for a limit is no retry: nothing was sent
    step.until = *limit_ends_;
  } else {
    if (!may_retry()) return step;
    const Duration longest = std::min(
        options_.first_delay * (1U << std::min(rounds_, doublings_max)), options_.delay_max);
    const Duration jittered(
        static_cast<std::int64_t>(parts_.random.fraction() * static_cast<double>(longest.count())));
    const TimePoint then = now + std::max(jittered, asked_for_);
    if (then >= deadline_ || (!paid_ && !parts_.budget.take())) return step;
    ++rounds_;
    paid_ = true;
    sent_before_ = attempts_;
    step.until = then;
  }
  if (step.until >= deadline_) return step;
  stop_ = 0;
  limit_ends_.reset();
  breaker_ends_.reset();
  asked_for_ = {};
  pause_until_ = step.until;
  step.what = Next::wait;
  return step;
}

// Where a whole round found nothing but open breakers, waiting for another one is of no use.
bool Course::may_retry() const {
  if (attempts_ == sent_before_) return false;
  return std::any_of(stops_.begin(), stops_.begin() + stop_count_, [this](const Stop& stop) {
    return !stop.over && stop.attempts > 0 && stop.attempts < options_.attempts_here_max;
  });
}

std::optional<TimePoint> Course::hedge_at(TimePoint now) const {
  if (options_.hedge_after <= Duration::zero() || hedged_) return std::nullopt;
  const bool alone =
      std::none_of(stops_.begin(), stops_.begin() + stop_count_,
                   [](const Stop& stop) { return !stop.over && stop.attempts == 0; });
  if (alone) return std::nullopt;
  using Seconds = std::chrono::duration<float>;
  const float usual = routing::at(at(flights_.front().stop).figures.first_token_s, Percentile::p90);
  Duration after = options_.hedge_after;
  if (measured(usual))
    after = std::max(after, std::chrono::duration_cast<Duration>(Seconds(usual)));
  return now + after;
}

std::optional<std::uint32_t> Course::hedge(TimePoint now) {
  if (std::exchange(hedged_, true) || !parts_.budget.take()) return std::nullopt;
  // Whom it passes over is nobody that next() has found to be closed.
  const auto limit_ends = limit_ends_;
  const auto breaker_ends = breaker_ends_;
  for (std::size_t turn = 0; turn < stop_count_; ++turn) {
    const std::size_t stop = order_[turn];
    if (stops_[stop].over || stops_[stop].attempts > 0) continue;
    if (try_at(stop, now, flight(Which::hedge))) return parts_.places[stop].candidate;
  }
  limit_ends_ = limit_ends;
  breaker_ends_ = breaker_ends;
  parts_.budget.give_back();
  return std::nullopt;
}

void Course::end(const Attempt& attempt, std::int64_t tokens_used, TimePoint now, Flight& flight) {
  Standing& standing = *at(flight.stop).standing;
  standing.limiter.leave(*flight.entry, tokens_used, now);
  flight.entry.reset();
  if (flight.key_entry) standing.key->limiter.leave(*flight.key_entry, tokens_used, now);
  flight.key_entry.reset();
  standing.health.record(attempt, now);
  const bool failed = attempt.outcome == Outcome::failure;
  standing.breaker.ended(attempt.outcome, failed ? standing.health.last_30_seconds(now) : Counts{},
                         flight.began, now);
}

void Course::told(const LimitWords& words, TimePoint now, Which which) noexcept {
  const Flight& told = flight(which);
  if (!told.entry) return;
  Limiter& limiter = at(told.stop).standing->limiter;
  if (const auto& said = words.requests) {
    limiter.learn_requests(said->a_minute, said->remaining, now + said->reset_in, now);
  }
  if (const auto& said = words.tokens) {
    limiter.learn_tokens(said->a_minute, said->remaining, *told.entry, now + said->reset_in, now);
  }
}

void Course::failed(FailureClass failure, std::optional<Duration> retry_after, TimePoint now,
                    Which which) {
  Remedy remedy = remedy_for(failure);
  Flight& failed = flight(which);
  Standing& standing = *at(failed.stop).standing;
  if (failure == FailureClass::model && standing.any_model) remedy.counts_as = Outcome::neutral;
  if (retry_after && *retry_after > Duration::zero()) {
    asked_for_ = asked_for_ == Duration::zero() ? *retry_after : std::min(asked_for_, *retry_after);
    // It speaks for its endpoint alone: others are asked meanwhile.
    if (failure == FailureClass::throttled) {
      standing.limiter.learn_requests(0, 0, now + *retry_after, now);
    } else if (remedy.counts_as == Outcome::failure) {
      standing.breaker.open_until(now + *retry_after);
    }
  }
  if (remedy.rest_key && standing.key != nullptr && standing.key->rest(now)) {
    log::warning("{} refused the API key{}{}: it rests for {} s", standing.key->provider(),
                 standing.key->key_name().empty() ? "" : " ", standing.key->key_name(),
                 std::chrono::ceil<std::chrono::seconds>(standing.key->rest_until() - now).count());
  }
  // Who refuses as asked too often again and again, and takes nothing in between, is left alone as
  // one that fails: otherwise all who wait ask again at once, when it may take one.
  if (remedy.counts_as == Outcome::throttled) {
    standing.breaker.ended(Outcome::failure, {}, failed.began, now);
  }
  end({.outcome = remedy.counts_as, .failure = failure}, 0, now, failed);
  if (failure != FailureClass::key && failure != FailureClass::throttled) {
    put_other_keys_behind(failed.stop);
  }
  stops_[failed.stop].over = !remedy.here;
  if (remedy.here || remedy.elsewhere) return;
  // What one model's places find wrong with a request may be right for another model's.
  client_fault_ = true;
  for (std::size_t stop = 0; stop < stop_count_; ++stop) {
    if (at(stop).model == at(failed.stop).model) stops_[stop].over = true;
    client_fault_ = client_fault_ && stops_[stop].over;
  }
  limit_ends_.reset();  // of the model's places: they stand before those of the models that follow
  breaker_ends_.reset();
}

void Course::answered(const Attempt& attempt, std::int64_t tokens_used, TimePoint now,
                      Which which) {
  Flight& answered = flight(which);
  KeyStanding* const key = at(answered.stop).standing->key;
  if (key != nullptr && attempt.outcome == Outcome::success) key->worked();
  end(attempt, tokens_used, now, answered);
}

// The provider has taken the request, so its tokens are used.
void Course::called_off(TimePoint now, Which which) {
  Flight& loser = flight(which);
  Attempt attempt{.outcome = Outcome::neutral};
  if (which == Which::first) {
    attempt.first_token_s = std::chrono::duration<float>(now - loser.began).count();
  }
  end(attempt, tokens_, now, loser);
}

}  // namespace tollway::routing
