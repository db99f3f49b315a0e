// An hour of traffic in seconds: two hundred endpoints that degrade, go down, come back, throttle
// and change their prices, and requests that go through Router and Course as a gateway's do.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "routing/course.hpp"
#include "routing/standing.hpp"

namespace tollway::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint32_t model_count = 20;
constexpr std::uint32_t endpoints_a_model = 10;
constexpr int requests_a_second = 40;
constexpr auto duration = minutes(60);
const TimePoint start{std::chrono::hours(1)};
// All of one model's endpoints are down for five minutes.
constexpr std::uint32_t doomed_model = 7;
constexpr auto doom_begins = minutes(30);
constexpr auto doom_ends = minutes(35);

double exponential(Random& random, double mean) {
  return -std::log1p(-random.fraction()) * mean;
}
Duration seconds_of(double count) {
  return Duration(static_cast<std::int64_t>(count * 1e9));
}

enum class Weather : std::uint8_t { fair, degraded, down, throttling };

// One simulated endpoint, and what routing knows of it.
struct Site {
  Endpoint facts;
  Standing standing;
  Weather weather = Weather::fair;
  TimePoint changes;
  double first_token_s = 0.3;
  double tokens_a_second = 60;

  void turn(TimePoint now, Random& random) {
    static constexpr std::array<Weather, 8> next{
        Weather::fair,     Weather::fair,     Weather::fair, Weather::fair,
        Weather::degraded, Weather::degraded, Weather::down, Weather::throttling};
    weather = next[random.next() % next.size()];
    changes = now + seconds_of(20 + exponential(random, weather == Weather::fair ? 400 : 90));
    if (random.next() % 4 == 0) price(random);
  }
  void price(Random& random) {
    facts.prices.prompt = static_cast<std::int64_t>(1e9 * std::exp(2 * random.fraction()));
    facts.prices.completion = *facts.prices.prompt * 4;
  }
};

struct Answer {
  std::optional<FailureClass> failure;
  Duration after;
  std::optional<Duration> retry_after;
  Attempt attempt;
};

Answer ask(const Site& site, bool doomed, Random& random) {
  const double first = site.first_token_s * (0.7 + 0.6 * random.fraction());
  const double slower = site.weather == Weather::degraded ? 4 : 1;
  const bool fails = doomed || site.weather == Weather::down ||
                     (site.weather == Weather::degraded && random.fraction() < 0.35);
  if (site.weather == Weather::throttling && random.fraction() < 0.8 && !doomed) {
    return {.failure = FailureClass::throttled,
            .after = milliseconds(60),
            .retry_after = seconds(2 + random.next() % 20),
            .attempt = {}};
  }
  if (fails) {
    const bool quick = random.fraction() < 0.7;
    return {.failure = quick ? FailureClass::transient : FailureClass::overloaded,
            .after = quick ? Duration(milliseconds(80)) : Duration(seconds(2)),
            .retry_after = {},
            .attempt = {}};
  }
  return {.failure = {},
          .after = seconds_of(first * slower),
          .retry_after = {},
          .attempt = {.outcome = Outcome::success,
                      .first_token_s = static_cast<float>(first * slower),
                      .tokens_a_second = static_cast<float>(site.tokens_a_second / slower)}};
}

struct Minute {
  int requests = 0;
  int attempts = 0;
  int failed = 0;
  int unavoidable = 0;  // nothing of the model was alive
  int open_breakers = 0;
  int doomed_open = 0;    // of the doomed model's breakers, when the minute begins
  int doomed_closed = 0;  // likewise
  double cost = 0;
  double cheapest = 0;
};

class Simulation {
 public:
  explicit Simulation(const char* strategy) {
    ask_.prompt_tokens = 1000;
    ask_.output_tokens = 300;
    ask_.strategy = strategy_named(strategy);
    for (std::uint32_t i = 0; i < model_count * endpoints_a_model; ++i) {
      Site& site = sites_.emplace_back();
      site.facts.input = site.facts.output = {Modality::text};
      site.facts.tag = site.facts.provider = "p" + std::to_string(i % endpoints_a_model);
      site.first_token_s = 0.2 + random_.fraction();
      site.tokens_a_second = 20 + 100 * random_.fraction();
      site.price(random_);
      site.changes = start + seconds_of(exponential(random_, 300));
    }
  }

  void run() {
    for (int i = 0; i < requests_a_second * duration / seconds(1); ++i) {
      const TimePoint at = start + Duration(i * (std::int64_t{1'000'000'000} / requests_a_second));
      agenda_.push({at, agenda_.size() + next_number_++, nullptr});
    }
    while (!agenda_.empty()) {
      Event event = agenda_.top();
      agenda_.pop();
      now_ = event.at;
      weather();
      if (event.request && event.request->due != event.number) continue;  // it was woken before
      step(event.request ? std::move(event.request) : arrive());
    }
  }

  const std::vector<Minute>& minutes_seen() const { return minutes_; }
  Minute total(std::size_t from, std::size_t to) const {
    Minute sum;
    for (std::size_t i = from; i < std::min(to, minutes_.size()); ++i) {
      sum.requests += minutes_[i].requests;
      sum.attempts += minutes_[i].attempts;
      sum.failed += minutes_[i].failed;
      sum.unavoidable += minutes_[i].unavoidable;
      sum.cost += minutes_[i].cost;
      sum.cheapest += minutes_[i].cheapest;
    }
    return sum;
  }
  Minute doomed() const { return doomed_; }

 private:
  struct Request {
    std::uint32_t model = 0;
    std::vector<Candidate> candidates;
    Decision decision;
    std::optional<Course> course;
    std::optional<Answer> answer;  // of the attempt under way
    std::uint32_t asked = 0;
    bool any_alive = false;
    double cheapest = 0;
    std::size_t minute = 0;
    std::uint64_t due = 0;  // number of its event; those before it are void
  };
  struct Event {
    TimePoint at;
    std::uint64_t number;  // those of one moment in the order in which they were made
    std::shared_ptr<Request> request;
    bool operator<(const Event& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };

  bool doomed(std::uint32_t model) const {
    return model == doomed_model && now_ >= start + doom_begins && now_ < start + doom_ends;
  }
  void weather() {
    for (Site& site : sites_) {
      if (site.changes <= now_) site.turn(now_, random_);
    }
  }
  Minute& minute(std::size_t number) {
    while (minutes_.size() <= number) {
      Minute& fresh = minutes_.emplace_back();
      for (std::uint32_t i = 0; i < sites_.size(); ++i) {
        const auto state = sites_[i].standing.breaker.state(now_);
        const bool is_doomed = i / endpoints_a_model == doomed_model;
        fresh.open_breakers += state != Breaker::State::closed ? 1 : 0;
        fresh.doomed_open += is_doomed && state != Breaker::State::closed ? 1 : 0;
        fresh.doomed_closed += is_doomed && state == Breaker::State::closed ? 1 : 0;
      }
    }
    return minutes_[number];
  }

  std::shared_ptr<Request> arrive() {
    auto request = std::make_shared<Request>();
    request->model = static_cast<std::uint32_t>(random_.next() % model_count);
    request->minute = static_cast<std::size_t>((now_ - start) / minutes(1));
    request->cheapest = unknown_score;
    for (std::uint32_t i = 0; i < endpoints_a_model; ++i) {
      Site& site = sites_[request->model * endpoints_a_model + i];
      Candidate& candidate = request->candidates.emplace_back();
      candidate.endpoint = &site.facts;
      candidate.standing = &site.standing;
      candidate.figures = site.standing.health.figures(now_);
      // Who throttles serves one of five, and so is alive; but nobody could have sent all there, so
      // the cheapest is looked for among the others.
      const bool alive = !doomed(request->model) && site.weather != Weather::down;
      request->any_alive = request->any_alive || alive;
      if (alive && site.weather != Weather::throttling) {
        request->cheapest = std::min(request->cheapest, expected_cost(ask_, site.facts.prices));
      }
    }
    router_.decide(request->candidates, ask_, Course::candidates_max, request->decision);
    request->course.emplace(Course::Parts{.candidates = request->candidates,
                                          .places = request->decision.places,
                                          .budget = budget_,
                                          .line = line_,
                                          .random = random_},
                            CourseOptions{}, ask_.prompt_tokens + ask_.output_tokens,
                            now_ + seconds(60));
    ++minute(request->minute).requests;
    return request;
  }

  void step(std::shared_ptr<Request> request) {
    if (request->answer) {
      const Answer answer = *std::exchange(request->answer, std::nullopt);
      if (!answer.failure) {
        request->course->answered(answer.attempt, ask_.prompt_tokens + ask_.output_tokens, now_);
        return finish(*request, true);
      }
      request->course->failed(*answer.failure, answer.retry_after, now_);
    }
    auto next = request->course->next(now_);
    if (next.what == Course::Next::queue) {
      request->course->queue(
          [this, waiting = std::weak_ptr(request)] {
            if (auto woken = waiting.lock()) schedule(now_, std::move(woken));
          },
          now_);
      next = request->course->next(now_);
    }
    if (next.what == Course::Next::give_up) return finish(*request, false);
    TimePoint then = next.until;
    if (next.what == Course::Next::attempt) {
      request->asked = next.candidate;
      const Site& site = sites_[request->model * endpoints_a_model + next.candidate];
      request->answer = ask(site, doomed(request->model), random_);
      then = now_ + request->answer->after;
    }
    schedule(then, std::move(request));
  }
  void schedule(TimePoint at, std::shared_ptr<Request> request) {
    request->due = next_number_;
    agenda_.push({at, next_number_++, std::move(request)});
  }

  void finish(const Request& request, bool served) {
    Minute& mine = minute(request.minute);
    mine.attempts += request.course->attempts();
    if (request.model == doomed_model && request.minute >= 30 && request.minute < 35) {
      ++doomed_.requests;
      doomed_.attempts += request.course->attempts();
    }
    if (!served) {
      ++(request.any_alive ? mine.failed : mine.unavoidable);
      return;
    }
    if (request.cheapest == unknown_score) return;
    mine.cost += expected_cost(ask_, request.candidates[request.asked].endpoint->prices);
    mine.cheapest += request.cheapest;
  }

  Ask ask_;
  Random random_{20261123};
  Router router_{4};
  RetryBudget budget_;
  Line line_;
  std::deque<Site> sites_;
  std::priority_queue<Event> agenda_;
  std::uint64_t next_number_ = 0;
  TimePoint now_ = start;
  std::vector<Minute> minutes_;
  Minute doomed_;
};

// Written where docs/routing_simulation.svg is drawn from (script/plot_simulation).
void write_table(const Simulation& simulation, const char* path) {
  std::ofstream file(path);
  file << "minute,requests,attempts,failed,unavoidable,open_breakers,cost,cheapest\n";
  for (std::size_t i = 0; i < simulation.minutes_seen().size(); ++i) {
    const Minute& each = simulation.minutes_seen()[i];
    file << i << ',' << each.requests << ',' << each.attempts << ',' << each.failed << ','
         << each.unavoidable << ',' << each.open_breakers << ',' << each.cost << ','
         << each.cheapest << '\n';
  }
}

class SimulatedHour : public testing::TestWithParam<const char*> {};

// What it may cost, as a multiple of the cheapest endpoint alive. Prices are spread over a factor
// of e squared, so who looks at none pays some 2.5 times as much.
double dearest(std::string_view strategy) {
  if (strategy == "lowest_price" || strategy == "cache_aware" || strategy == "balanced") return 1.3;
  if (strategy == "price_weighted" || strategy == "exacto" || strategy == "sticky") return 1.8;
  return 4;
}

void expect_breakers_to_open_and_close(const Simulation& simulation) {
  const auto& minutes = simulation.minutes_seen();
  for (std::size_t i = 31; i < 35; ++i) {
    EXPECT_EQ(minutes[i].doomed_open, endpoints_a_model) << "minute " << i;
  }
  EXPECT_GE(minutes[29].doomed_closed, 5);
  EXPECT_GE(minutes[37].doomed_closed, 1) << "who was asked again";
}

TEST_P(SimulatedHour, IsServedWhileAnythingLives) {
  Simulation simulation(GetParam());
  simulation.run();
  const Minute all = simulation.total(0, 60);
  const double availability =
      1 - static_cast<double>(all.failed) / static_cast<double>(all.requests - all.unavoidable);
  const double amplification = static_cast<double>(all.attempts) / all.requests;
  const double dearer = all.cost / all.cheapest;
  RecordProperty("at_outage", std::to_string(static_cast<double>(simulation.doomed().attempts) /
                                             simulation.doomed().requests));
  RecordProperty("availability", std::to_string(availability));
  RecordProperty("amplification", std::to_string(amplification));
  RecordProperty("cost_to_cheapest", std::to_string(dearer));
  EXPECT_EQ(all.requests, requests_a_second * 3600);
  EXPECT_GE(availability, 0.9999);
  EXPECT_LE(static_cast<double>(simulation.doomed().attempts), simulation.doomed().requests * 1.2);
  EXPECT_LE(amplification, 1.1);
  EXPECT_GE(dearer, 1);
  EXPECT_LE(dearer, dearest(GetParam()));
  expect_breakers_to_open_and_close(simulation);
  if (const char* path = std::getenv("TOLLWAY_SIMULATION_CSV")) write_table(simulation, path);
}
INSTANTIATE_TEST_SUITE_P(Strategies, SimulatedHour,
                         testing::Values("price_weighted", "lowest_price", "lowest_latency",
                                         "highest_throughput", "balanced", "weighted",
                                         "round_robin", "least_busy", "ordered", "sticky",
                                         "cache_aware", "exacto"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace tollway::routing
