#include "routing/health.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace tollway::routing {
namespace {

using std::memory_order_relaxed;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::size_t slots_of_30_seconds = 6;
constexpr std::size_t slots_of_30_minutes = 30;
constexpr std::size_t slots_of_5_minutes = 5;
constexpr std::size_t slots_of_2_hours = 12;
constexpr std::size_t long_slots_of_30_minutes = 6;

// A significant outage: two failures at least, and no fewer of them than successes.
constexpr std::uint64_t outage_failures_min = 2;
constexpr std::uint64_t judged_for_uptime = 100;
constexpr std::uint64_t judged_for_tools = 200;
// A peak is forgotten by a factor of e in ten seconds.
constexpr float peak_seconds = 10;

constexpr std::array<double, percentile_count> shares{0.5, 0.75, 0.9, 0.99};

}  // namespace

void Health::Counters::clear() noexcept {
  successes.store(0, memory_order_relaxed);
  failures.store(0, memory_order_relaxed);
  throttled.store(0, memory_order_relaxed);
}

void Health::Counters::add_to(Counts& counts) const noexcept {
  counts.successes += successes.load(memory_order_relaxed);
  counts.failures += failures.load(memory_order_relaxed);
  counts.throttled += throttled.load(memory_order_relaxed);
}

void Health::Speeds::clear() noexcept {
  first_token_s.clear();
  tokens_a_second.clear();
}

void Health::Tools::clear() noexcept {
  well.store(0, memory_order_relaxed);
  badly.store(0, memory_order_relaxed);
}

void Health::record(const Attempt& attempt, TimePoint now) noexcept {
  under_way_.fetch_sub(1, memory_order_relaxed);
  const auto count = [&](std::atomic<std::uint32_t> Counters::* counter) {
    (seconds_.now(now).*counter).fetch_add(1, memory_order_relaxed);
    (minutes_.now(now).*counter).fetch_add(1, memory_order_relaxed);
  };
  if (attempt.outcome == Outcome::success) count(&Counters::successes);
  if (attempt.outcome == Outcome::failure) count(&Counters::failures);
  if (attempt.outcome == Outcome::throttled) count(&Counters::throttled);
  if (attempt.first_token_s) {
    speeds_.now(now).first_token_s.add(*attempt.first_token_s);
    speeds_of_half_an_hour_.now(now).first_token_s.add(*attempt.first_token_s);
    // Of two threads one may win; the next attempt sets it right.
    peak_s_.store(peak_after(*attempt.first_token_s, now), memory_order_relaxed);
    peak_at_.store(nanoseconds(now), memory_order_relaxed);
  }
  if (attempt.tokens_a_second) {
    speeds_.now(now).tokens_a_second.add(*attempt.tokens_a_second);
    speeds_of_half_an_hour_.now(now).tokens_a_second.add(*attempt.tokens_a_second);
  }
  if (attempt.tools_used_well) {
    Tools& tools = tools_.now(now);
    (*attempt.tools_used_well ? tools.well : tools.badly).fetch_add(1, memory_order_relaxed);
  }
}

Counts Health::last_30_seconds(TimePoint now) const noexcept {
  Counts counts;
  seconds_.each(now, slots_of_30_seconds, [&](const Counters& slot) { slot.add_to(counts); });
  return counts;
}

Counts Health::last_30_minutes(TimePoint now) const noexcept {
  Counts counts;
  minutes_.each(now, slots_of_30_minutes, [&](const Counters& slot) { slot.add_to(counts); });
  return counts;
}

float Health::remembered(TimePoint now) const noexcept {
  const auto age = static_cast<float>(nanoseconds(now) - peak_at_.load(memory_order_relaxed)) /
                   static_cast<float>(second);
  return std::exp(-std::max(age, 0.0F) / peak_seconds);
}

float Health::peak_after(float sample, TimePoint now) const noexcept {
  const float before = peak_s_.load(memory_order_relaxed);
  if (sample >= before) return sample;
  const float weight = remembered(now);
  return before * weight + sample * (1 - weight);
}

template <class Speeds>
std::pair<Percentiles, Percentiles> Health::percentiles_of(const Speeds& speeds, TimePoint now,
                                                           std::size_t slots) noexcept {
  Histogram::Counts first{};
  Histogram::Counts speed{};
  speeds.each(now, slots, [&](const auto& slot) {
    slot.first_token_s.add_to(first);
    slot.tokens_a_second.add_to(speed);
  });
  std::pair<Percentiles, Percentiles> made{no_percentiles, no_percentiles};
  for (std::size_t i = 0; i < percentile_count; ++i) {
    made.first[i] = Histogram::quantile(first, shares[i]);
    made.second[i] = Histogram::quantile(speed, 1 - shares[i]);
  }
  return made;
}

Health::Report Health::report(TimePoint now) const noexcept {
  Report report;
  minutes_.each(now, slots_of_5_minutes,
                [&](const Counters& slot) { slot.add_to(report.five_minutes); });
  report.half_an_hour = last_30_minutes(now);
  std::tie(report.first_token_s, report.tokens_a_second) =
      percentiles_of(speeds_of_half_an_hour_, now, long_slots_of_30_minutes);
  report.tools = tool_answers(now);
  return report;
}

void Health::publish(TimePoint now) const noexcept {
  const Counts lately = last_30_seconds(now);
  published_.outage.store(
      lately.failures >= outage_failures_min && lately.failures >= lately.successes,
      memory_order_relaxed);
  const Counts all = last_30_minutes(now);
  published_.uptime.store(all.judged() < judged_for_uptime ? not_measured
                                                           : static_cast<float>(all.successes) /
                                                                 static_cast<float>(all.judged()),
                          memory_order_relaxed);

  const auto [first, speed] = percentiles_of(speeds_, now, slots_of_5_minutes);
  for (std::size_t i = 0; i < percentile_count; ++i) {
    published_.first_token_s[i].store(first[i], memory_order_relaxed);
    published_.tokens_a_second[i].store(speed[i], memory_order_relaxed);
  }

  const ToolAnswers tools = tool_answers(now);
  const std::uint64_t answers = tools.good + tools.bad;
  published_.tool_success.store(answers < judged_for_tools
                                    ? not_measured
                                    : static_cast<float>(tools.good) / static_cast<float>(answers),
                                memory_order_relaxed);
}

ToolAnswers Health::tool_answers(TimePoint now) const noexcept {
  ToolAnswers answers;
  tools_.each(now, slots_of_2_hours, [&](const Tools& slot) {
    answers.good += slot.well.load(memory_order_relaxed);
    answers.bad += slot.badly.load(memory_order_relaxed);
  });
  return answers;
}

Figures Health::figures(TimePoint now) const noexcept {
  auto at = published_.at.load(memory_order_relaxed);
  if (at == std::numeric_limits<std::int64_t>::min() || nanoseconds(now) - at >= second) {
    if (published_.at.compare_exchange_strong(at, nanoseconds(now), memory_order_relaxed)) {
      publish(now);
    }
  }
  Figures figures;
  figures.outage = published_.outage.load(memory_order_relaxed);
  figures.uptime = published_.uptime.load(memory_order_relaxed);
  figures.tool_success = published_.tool_success.load(memory_order_relaxed);
  for (std::size_t i = 0; i < percentile_count; ++i) {
    figures.first_token_s[i] = published_.first_token_s[i].load(memory_order_relaxed);
    figures.tokens_a_second[i] = published_.tokens_a_second[i].load(memory_order_relaxed);
  }
  const auto more = static_cast<float>(under_way_.load(memory_order_relaxed) + 1);
  figures.load = peak_s_.load(memory_order_relaxed) * remembered(now) * more;
  return figures;
}

}  // namespace tollway::routing
