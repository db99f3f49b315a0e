#include "routing/health.hpp"

#include <algorithm>
#include <cmath>

#include "routing/failure.hpp"
#include "routing/health_report.hpp"

namespace tollway::routing {
namespace {

using std::memory_order_relaxed;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::size_t slots_of_30_seconds = 6;
constexpr std::size_t slots_of_30_minutes = 30;
constexpr std::size_t long_slots_of_30_seconds = 3;
constexpr std::size_t slots_of_5_minutes = 5;
constexpr std::size_t slots_of_2_hours = 12;
constexpr std::size_t slots_of_a_day = 24;
constexpr std::size_t long_slots_of_30_minutes = 6;

// A significant outage: two failures at least, and no fewer of them than successes.
constexpr std::uint64_t outage_failures_min = 2;
constexpr std::uint64_t judged_for_uptime = 100;
constexpr std::uint64_t judged_for_tools = 200;
// A peak is forgotten by a factor of e in ten seconds.
constexpr float peak_seconds = 10;
// Of an endpoint that has work and has not answered yet.
constexpr float peak_guessed_s = 1;

static_assert(static_cast<std::size_t>(FailureClass::client) + 1 == failure_class_count,
              "every class of failures has its counter");

}  // namespace

void Health::Counters::clear() noexcept {
  successes.store(0, memory_order_relaxed);
  failures.store(0, memory_order_relaxed);
  throttled.store(0, memory_order_relaxed);
  for (auto& failed : classes) failed.store(0, memory_order_relaxed);
}

void Health::Counters::add_to(Counts& counts) const noexcept {
  counts.successes += successes.load(memory_order_relaxed);
  counts.failures += failures.load(memory_order_relaxed);
  counts.throttled += throttled.load(memory_order_relaxed);
}

void Health::DayCounters::clear() noexcept {
  successes.store(0, memory_order_relaxed);
  failures.store(0, memory_order_relaxed);
}

void Health::Speeds::clear() noexcept {
  first_byte_s.clear();
  first_token_s.clear();
  tokens_a_second.clear();
}

void Health::Tools::clear() noexcept {
  well.store(0, memory_order_relaxed);
  badly.store(0, memory_order_relaxed);
}

void Health::record(const Attempt& attempt, TimePoint now) noexcept {
  under_way_.fetch_sub(1, memory_order_relaxed);
  used_at_.store(nanoseconds(now), memory_order_relaxed);
  count(attempt, now);
  count_speed(attempt.first_byte_s, &Speeds::first_byte_s, now);
  count_speed(attempt.first_token_s, &Speeds::first_token_s, now);
  count_speed(attempt.tokens_a_second, &Speeds::tokens_a_second, now);
  const auto waited = attempt.first_token_s ? attempt.first_token_s : attempt.first_byte_s;
  if (waited) {
    // Of two threads one may win; the next attempt sets it right.
    peak_s_.store(peak_after(*waited, now), memory_order_relaxed);
    peak_at_.store(nanoseconds(now), memory_order_relaxed);
  }
  if (attempt.tools_used_well) {
    Tools& tools = tools_.now(now);
    (*attempt.tools_used_well ? tools.well : tools.badly).fetch_add(1, memory_order_relaxed);
  }
}

void Health::count(const Attempt& attempt, TimePoint now) noexcept {
  const auto count = [&](std::atomic<std::uint32_t> Counters::* counter) {
    (seconds_.now(now).*counter).fetch_add(1, memory_order_relaxed);
    (minutes_.now(now).*counter).fetch_add(1, memory_order_relaxed);
  };
  if (attempt.outcome == Outcome::success) {
    count(&Counters::successes);
    hours_.now(now).successes.fetch_add(1, memory_order_relaxed);
  }
  if (attempt.outcome == Outcome::failure) {
    count(&Counters::failures);
    hours_.now(now).failures.fetch_add(1, memory_order_relaxed);
  }
  if (attempt.outcome == Outcome::throttled) count(&Counters::throttled);
  if (attempt.failure) {
    const auto failed = static_cast<std::size_t>(*attempt.failure);
    seconds_.now(now).classes[failed].fetch_add(1, memory_order_relaxed);
    minutes_.now(now).classes[failed].fetch_add(1, memory_order_relaxed);
  }
}

void Health::count_speed(std::optional<float> figure, Histogram Speeds::* which,
                         TimePoint now) noexcept {
  if (!figure) return;
  const std::size_t bin = Histogram::bin_of(*figure);
  (speeds_of_30_seconds_.now(now).*which).add_at(bin);
  (speeds_.now(now).*which).add_at(bin);
  (speeds_of_half_an_hour_.now(now).*which).add_at(bin);
}

void Health::record(const Probe& probe) noexcept {
  probe_first_byte_s_.store(probe.first_byte_s, memory_order_relaxed);
  probe_failure_.store(probe.failure ? static_cast<std::int8_t>(*probe.failure) : -1,
                       memory_order_relaxed);
  probed_at_.store(nanoseconds(probe.at), memory_order_relaxed);
  if (probe.failure) count({.outcome = Outcome::failure, .failure = probe.failure}, probe.at);
}

std::optional<Probe> Health::last_probe() const noexcept {
  const auto at = probed_at_.load(memory_order_relaxed);
  if (at == 0) return std::nullopt;
  Probe probe{.at = TimePoint(Duration(at)),
              .first_byte_s = probe_first_byte_s_.load(memory_order_relaxed)};
  const auto failure = probe_failure_.load(memory_order_relaxed);
  if (failure >= 0) probe.failure = static_cast<FailureClass>(failure);
  return probe;
}

std::optional<TimePoint> Health::last_used() const noexcept {
  const auto at = used_at_.load(memory_order_relaxed);
  if (at == 0) return std::nullopt;
  return TimePoint(Duration(at));
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

void Health::add_to(HealthSums& sums, TimePoint now) const noexcept {
  const auto add_counts = [now](const auto& ring, std::size_t slots, WindowSums& window) {
    ring.each(now, slots, [&window](const Counters& slot) {
      slot.add_to(window.counts);
      for (std::size_t i = 0; i < failure_class_count; ++i) {
        window.classes[i] += slot.classes[i].load(memory_order_relaxed);
      }
    });
  };
  const auto add_speeds = [now](const auto& ring, std::size_t slots, WindowSums& window) {
    ring.each(now, slots, [&window](const Speeds& slot) {
      slot.first_byte_s.add_to(window.first_byte_s);
      slot.first_token_s.add_to(window.first_token_s);
      slot.tokens_a_second.add_to(window.tokens_a_second);
    });
  };
  auto& [half_a_minute, five_minutes, half_an_hour] = sums.windows;
  add_counts(seconds_, slots_of_30_seconds, half_a_minute);
  add_counts(minutes_, slots_of_5_minutes, five_minutes);
  add_counts(minutes_, slots_of_30_minutes, half_an_hour);
  add_speeds(speeds_of_30_seconds_, long_slots_of_30_seconds, half_a_minute);
  add_speeds(speeds_, slots_of_5_minutes, five_minutes);
  add_speeds(speeds_of_half_an_hour_, long_slots_of_30_minutes, half_an_hour);
  hours_.each(now, slots_of_a_day, [&sums](const DayCounters& slot) {
    sums.day.successes += slot.successes.load(memory_order_relaxed);
    sums.day.failures += slot.failures.load(memory_order_relaxed);
  });
  const ToolAnswers tools = tool_answers(now);
  sums.tools.good += tools.good;
  sums.tools.bad += tools.bad;
}

void Health::publish(TimePoint now) const noexcept {
  const Counts lately = last_30_seconds(now);
  published_.outage.store(
      lately.failures >= outage_failures_min && lately.failures >= lately.successes,
      memory_order_relaxed);
  published_.remembered.store(remembered(now), memory_order_relaxed);
  const Counts all = last_30_minutes(now);
  published_.uptime.store(all.judged() < judged_for_uptime ? not_measured
                                                           : static_cast<float>(all.successes) /
                                                                 static_cast<float>(all.judged()),
                          memory_order_relaxed);

  Histogram::Counts first_tokens{};
  Histogram::Counts first_bytes{};
  Histogram::Counts speeds{};
  speeds_.each(now, slots_of_5_minutes, [&](const Speeds& slot) {
    slot.first_token_s.add_to(first_tokens);
    slot.first_byte_s.add_to(first_bytes);
    slot.tokens_a_second.add_to(speeds);
  });
  // Where nothing was streamed, an answer's head is the first that anybody saw of it.
  Percentiles first = percentiles_of_times(first_tokens);
  if (!measured(first.front())) first = percentiles_of_times(first_bytes);
  const Percentiles speed = percentiles_of_speeds(speeds);
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
  const auto under_way = under_way_.load(memory_order_relaxed);
  figures.under_way = static_cast<std::uint32_t>(std::max(under_way, 0));
  figures.load = load(figures.under_way);
  return figures;
}

// While something is under way nothing is forgotten: who hangs tells nobody how long it takes.
float Health::load(std::uint32_t under_way) const noexcept {
  const float peak = peak_s_.load(memory_order_relaxed);
  if (under_way > 0) return (peak > 0 ? peak : peak_guessed_s) * static_cast<float>(under_way + 1);
  // A second more or less does not matter to what is forgotten in tens of them.
  const bool newer = peak_at_.load(memory_order_relaxed) > published_.at.load(memory_order_relaxed);
  return peak * (newer ? 1 : published_.remembered.load(memory_order_relaxed));
}

}  // namespace tollway::routing
