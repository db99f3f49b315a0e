#include "routing/course.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "routing/standing.hpp"

namespace tollway::routing {
namespace {

// Of who is first in line: whoever makes room tells him, but for what time alone makes.
constexpr Duration look_again_after = std::chrono::seconds(1);
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
      stop_count_(std::min(parts.places.size(), candidates_max)),
      waiter_(parts.line) {
  parts_.budget.request();
}

Course::~Course() {
  for (Flight& flight : flights_) {
    if (flight.entered_count > 0) end({}, 0, flight.began, flight);
  }
  if (paid_) parts_.budget.give_back();
}

Course::Step Course::next(TimePoint now) {
  const Step step = look_for_next(now);
  // Only who may still be served stands in the way of others.
  if (step.what == Next::attempt || step.what == Next::give_up) waiter_.leave();
  return step;
}

Course::Step Course::look_for_next(TimePoint now) {
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

// The one that was tried longest ago, and one in so long of all: so a total outage costs next to
// nothing, and is noticed to be over a second after it is.
bool Course::try_early(TimePoint now) {
  std::size_t longest_ago = 0;
  TimePoint latest{};
  for (std::size_t stop = 0; stop < stop_count_; ++stop) {
    const TimePoint tried = tried_at(*at(stop).standing);
    latest = std::max(latest, tried);
    if (tried < tried_at(*at(longest_ago).standing)) longest_ago = stop;
  }
  return now - latest >= options_.early_attempt_every &&
         try_at(longest_ago, now, flight(Which::first), true);
}

bool Course::try_at(std::size_t stop, TimePoint now, Flight& flight, bool early) {
  Standing& standing = *at(stop).standing;
  const auto passed_over = [this](TimePoint ends) {
    breaker_ends_ = std::min(breaker_ends_.value_or(ends), ends);
    return false;
  };
  if (KeyStanding* const key = standing.key) {
    if (early ? !key->admits_early(now, options_.early_attempt_every) : key->rests(now)) {
      return passed_over(key->rest_until());
    }
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

// Through all limiters or none: what its provider said, and what the operator allows.
bool Course::enter(Standing& standing, TimePoint now, Flight& flight) {
  flight.entered_count = 0;
  Limiter* const of_key = standing.key == nullptr ? nullptr : &standing.key->limiter;
  for (Limiter* const limiter :
       {&standing.limiter, standing.of_model.load(std::memory_order_acquire),
        standing.of_provider.load(std::memory_order_acquire), of_key}) {
    if (limiter == nullptr || enter(limiter, now, flight)) continue;
    while (flight.entered_count > 0) {
      const Entered& entered = flight.entered[--flight.entered_count];
      entered.limiter->give_back(entered.entry, now);
      // Who is in line would wake himself, again and again.
      if (!waiter_.in_line()) parts_.line.freed(*entered.limiter);
    }
    return false;
  }
  return true;
}

bool Course::enter(Limiter* limiter, TimePoint now, Flight& flight) {
  if (!waiter_.may_enter(*limiter)) {
    used_up(*limiter, now, now);
    return false;
  }
  const auto entry = limiter->enter(tokens_, now);
  if (entry) {
    flight.entered[flight.entered_count++] = {.limiter = limiter, .entry = *entry};
  } else {
    used_up(*limiter, entry.error(), now);
  }
  return entry.has_value();
}

void Course::used_up(Limiter& limiter, TimePoint ends, TimePoint now) {
  ends = std::max(ends, now);  // when one that is under way ends nobody knows
  limit_ends_ = std::min(limit_ends_.value_or(ends), ends);
  used_up_.push_back(&limiter);
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
  if (limit_ends_) return wait_in_line(now);  // which is no retry: nothing was sent
  Step step = give_up(now);
  if (!may_retry()) return step;
  const Duration longest =
      std::min(options_.first_delay * (1U << std::min(rounds_, doublings_max)), options_.delay_max);
  const Duration jittered(
      static_cast<std::int64_t>(parts_.random.fraction() * static_cast<double>(longest.count())));
  const TimePoint then = now + std::max(jittered, asked_for_);
  if (then >= deadline_ || (!paid_ && !parts_.budget.take())) return step;
  ++rounds_;
  paid_ = true;
  sent_before_ = attempts_;
  begin_round();
  pause_until_ = then;
  step.what = Next::wait;
  step.until = then;
  return step;
}

void Course::begin_round() {
  stop_ = 0;
  limit_ends_.reset();
  used_up_.clear();
  breaker_ends_.reset();
  asked_for_ = {};
}

// Whoever is first for something looks at the time, too; the others are woken when they are.
Course::Step Course::wait_in_line(TimePoint now) {
  Step step = give_up(now);
  const bool waits = waiter_.in_line();
  const TimePoint patience =
      waits ? waits_until_ : std::min(deadline_, now + options_.queue_wait_max);
  if (turned_away_ || now >= patience) return step;
  if (waits) waiter_.wait_for(used_up_);
  const bool first = !waits || waiter_.is_first();
  if (first && *limit_ends_ >= patience) return step;
  if (!waits) {
    step.what = Next::queue;
    return step;
  }
  step.what = Next::wait;
  step.until = patience;
  if (first) step.until = std::min(patience, now + look_again_after);
  if (first && *limit_ends_ > now) step.until = std::min(step.until, *limit_ends_);
  if (breaker_ends_)
    step.until = std::min(step.until, std::max(*breaker_ends_, now + look_again_after));
  begin_round();
  return step;
}

// What was freed before it stood there nobody told it of, so it looks again.
void Course::queue(std::function<void()> wake, TimePoint now) {
  turned_away_ = !waiter_.join(std::move(wake));
  if (turned_away_) return;
  waits_until_ = std::min(deadline_, now + options_.queue_wait_max);
  waiter_.wait_for(used_up_);
  begin_round();
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
  const auto used_up = used_up_.size();
  const auto breaker_ends = breaker_ends_;
  for (std::size_t turn = 0; turn < stop_count_; ++turn) {
    const std::size_t stop = order_[turn];
    if (stops_[stop].over || stops_[stop].attempts > 0) continue;
    if (try_at(stop, now, flight(Which::hedge))) return parts_.places[stop].candidate;
  }
  limit_ends_ = limit_ends;
  used_up_.resize(used_up);
  breaker_ends_ = breaker_ends;
  parts_.budget.give_back();
  return std::nullopt;
}

void Course::end(const Attempt& attempt, std::int64_t tokens_used, TimePoint now, Flight& flight) {
  Standing& standing = *at(flight.stop).standing;
  while (flight.entered_count > 0) {
    const Entered& entered = flight.entered[--flight.entered_count];
    entered.limiter->leave(entered.entry, tokens_used, now);
    parts_.line.freed(*entered.limiter);
  }
  standing.health.record(attempt, now);
  const bool failed = attempt.outcome == Outcome::failure;
  standing.breaker.ended(attempt.outcome, failed ? standing.health.last_30_seconds(now) : Counts{},
                         flight.began, now);
}

void Course::told(const LimitWords& words, TimePoint now, Which which) noexcept {
  const Flight& told = flight(which);
  if (told.entered_count == 0) return;
  const auto& [own, entry] = told.entered.front();
  own->learn(words, entry, now);
}

void Course::answering(Which which) noexcept {
  const Flight& answering = flight(which);
  if (answering.entered_count > 0) at(answering.stop).standing->breaker.answers(answering.began);
}

void Course::failed(FailureClass failure, std::optional<Duration> retry_after, TimePoint now,
                    Which which) {
  Remedy remedy = remedy_for(failure);
  Flight& failed = flight(which);
  Standing& standing = *at(failed.stop).standing;
  if (failure == FailureClass::model && standing.any_model) remedy.counts_as = Outcome::neutral;
  if (retry_after && *retry_after > Duration::zero()) {
    retry_after = std::min(*retry_after, options_.retry_after_max);
    asked_for_ = asked_for_ == Duration::zero() ? *retry_after : std::min(asked_for_, *retry_after);
    // It speaks for its endpoint alone: others are asked meanwhile.
    if (failure == FailureClass::throttled) {
      standing.limiter.close_until(now + *retry_after);
    } else if (remedy.counts_as == Outcome::failure) {
      standing.breaker.open_until(now + *retry_after);
    }
  }
  if (remedy.rest_key && standing.key != nullptr && standing.key->rest(now, options_.key_rest)) {
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
  // Of the model's places: they stand before those of the models that follow.
  limit_ends_.reset();
  used_up_.clear();
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
