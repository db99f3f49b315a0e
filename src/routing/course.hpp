// The way of one request through its candidates, without the sending.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/limits.hpp"
#include "routing/decide.hpp"
#include "routing/failure.hpp"
#include "routing/key_standing.hpp"
#include "routing/limit_words.hpp"
#include "routing/limiter.hpp"
#include "routing/line.hpp"
#include "routing/retry_budget.hpp"

namespace tollway::routing {

struct CourseOptions {
  std::uint8_t attempts_here_max = 3;                     // at one endpoint
  Duration first_delay = std::chrono::milliseconds(500);  // doubles with every round
  Duration delay_max = std::chrono::seconds(30);
  Duration hedge_after{};  // without a first token; zero: nothing is hedged
  Duration retry_after_max = limits::retry_after_max;
  Duration queue_wait_max = std::chrono::seconds(90);  // for a limit
  KeyRest key_rest = {};
  Duration early_attempt_every = std::chrono::seconds(1);  // at what is left alone
};

// Says what is to be done next, until it is done. Whoever sends does as it says and tells what came
// of it, so that a simulation goes the very way a gateway goes.
//
// Each endpoint is tried once before one is tried again: another place now is better for a client
// than the same one later. Then those whose failure may have passed get another round, after a
// pause with full jitter; the budget for retries pays for each of them. What is a key's fault, a
// refusal or a limit, turns to the provider's next key; what is the provider's, to the model's
// other providers first. Endpoints whose breaker is open, whose key rests, or whose limits are used
// up, are passed over; where nothing else is left, a limit is waited for in line.
//
// An attempt that is slow to begin may be hedged: the next endpoint is asked at the same time, and
// the first to answer wins. That is paid for like a retry, once a request.
class Course {
 public:
  static constexpr std::size_t candidates_max = 8;

  // All of it outlives the course; the first candidates_max of `places` are in order.
  struct Parts {
    std::span<const Candidate> candidates;
    std::span<const Place> places;
    RetryBudget& budget;
    Line& line;
    Random& random;
  };
  Course(const Parts& parts, const CourseOptions& options, std::int64_t tokens, TimePoint deadline);
  Course(const Course&) = delete;
  Course& operator=(const Course&) = delete;
  // An attempt of which nothing was told counts as neutral.
  ~Course();

  enum class Next : std::uint8_t { attempt, wait, queue, give_up };
  struct Step {
    Next what = Next::give_up;
    std::uint32_t candidate = 0;  // to send to
    TimePoint until;  // to wait until; where nothing is left: when another request may do better
  };
  [[nodiscard]] Step next(TimePoint now);
  // After Next::queue, once: takes a place in line. From then on `wake` says when a wait is over
  // before its time, as Line::Waiter::join() has it.
  void queue(std::function<void()> wake, TimePoint now);

  // When to ask for hedge(), if nothing of the attempt that next() let begin has come by then: what
  // is configured after `now`, or later where its endpoint usually takes longer (9 of 10 times it
  // is faster than that). Nullopt: never, for it is not wanted or there is nobody else.
  [[nodiscard]] std::optional<TimePoint> hedge_at(TimePoint now) const;
  // Lets an attempt begin beside the one under way. Nullopt: nobody may be asked, or the budget for
  // retries does not allow it. next() goes on when both have ended.
  [[nodiscard]] std::optional<std::uint32_t> hedge(TimePoint now);

  // Of which attempt something is told: the one that next() let begin, or hedge().
  enum class Which : std::uint8_t { first, hedge };

  // What the attempt's answer says of limits, before its end is told.
  void told(const LimitWords& words, TimePoint now, Which which = Which::first) noexcept;
  // Its content has begun to come, and will be answered() for: if it was a probe, others may
  // follow.
  void answering(Which which = Which::first) noexcept;
  // After a failure next() says how it goes on; after anything else the course is over.
  void failed(FailureClass failure, std::optional<Duration> retry_after, TimePoint now,
              Which which = Which::first);
  // The answer came, or had begun to reach the client when it broke off.
  void answered(const Attempt& attempt, std::int64_t tokens_used, TimePoint now,
                Which which = Which::first);
  // It was called off for the other one's sake. The first has taken at least that long to begin.
  void called_off(TimePoint now, Which which);

  [[nodiscard]] int attempts() const noexcept { return attempts_; }

 private:
  struct Stop {
    std::uint8_t attempts = 0;
    bool over = false;  // no further attempt can help there
  };
  [[nodiscard]] Step look_for_next(TimePoint now);
  [[nodiscard]] bool may_try(const Stop& stop);
  [[nodiscard]] bool may_retry() const;
  struct Entered {
    Limiter* limiter = nullptr;
    Limiter::Entry entry;
  };
  struct Flight {  // an attempt under way
    std::size_t stop = 0;
    // The endpoint's own first, then those of model, provider and key that there are.
    std::array<Entered, 4> entered{};
    std::size_t entered_count = 0;  // 0: none is under way
    TimePoint began;
  };
  [[nodiscard]] Flight& flight(Which which) noexcept {
    return flights_[static_cast<std::size_t>(which)];
  }
  [[nodiscard]] bool try_at(std::size_t stop, TimePoint now, Flight& flight, bool early = false);
  [[nodiscard]] bool enter(Standing& standing, TimePoint now, Flight& flight);
  [[nodiscard]] bool enter(Limiter* limiter, TimePoint now, Flight& flight);
  void used_up(Limiter& limiter, TimePoint ends, TimePoint now);
  [[nodiscard]] bool try_early(TimePoint now);
  void put_other_keys_behind(std::size_t failed_stop) noexcept;
  [[nodiscard]] Step sent(TimePoint now) const;
  [[nodiscard]] Step another_round(TimePoint now);
  [[nodiscard]] Step wait_in_line(TimePoint now);
  void begin_round();
  [[nodiscard]] Step give_up(TimePoint now) const;
  void end(const Attempt& attempt, std::int64_t tokens_used, TimePoint now, Flight& flight);
  [[nodiscard]] const Candidate& at(std::size_t stop) const noexcept {
    return parts_.candidates[parts_.places[stop].candidate];
  }

  Parts parts_;
  CourseOptions options_;
  std::int64_t tokens_;
  TimePoint deadline_;
  std::array<Stop, candidates_max> stops_{};
  std::array<std::uint8_t, candidates_max> order_{0, 1, 2, 3, 4, 5, 6, 7};  // of the stops
  std::size_t stop_count_;
  std::size_t stop_ = 0;  // to be looked at next in this round
  std::array<Flight, 2> flights_;
  Line::Waiter waiter_;
  TimePoint waits_until_;
  bool turned_away_ = false;             // the line was full
  std::vector<Limiter*> used_up_;        // those passed over in this round
  std::optional<TimePoint> limit_ends_;  // the first of them
  std::optional<TimePoint> breaker_ends_;
  TimePoint pause_until_;
  int rounds_ = 0;  // for retries
  int attempts_ = 0;
  int sent_before_ = 0;   // attempts before this round
  bool paid_ = false;     // this round's first retry
  Duration asked_for_{};  // by the Retry-After of this round
  bool client_fault_ = false;
  bool hedged_ = false;
};

}  // namespace tollway::routing
