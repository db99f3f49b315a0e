// The calculator against rational numbers, over usage and prices made at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <limits>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "pricing/cost.hpp"

namespace tollway::pricing {
namespace {

using Rational = boost::multiprecision::cpp_rational;

// Half to even, by the book.
Rational rounded(const Rational& value) {
  const boost::multiprecision::cpp_int whole = numerator(value) / denominator(value);
  const Rational rest = value - whole;
  const Rational half(1, 2);
  if (rest > half || (rest == half && whole % 2 != 0)) return whole + 1;
  return whole;
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::int64_t up_to(std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(engine_);
  }
  bool one_in(std::int64_t count) { return up_to(count - 1) == 0; }
  // Often nothing.
  std::int64_t some(std::int64_t most) { return one_in(3) ? 0 : up_to(most); }

 private:
  std::mt19937_64 engine_;
};

// What a part of the usage is billed as: the first of these units that has a price.
struct Part {
  std::int64_t count = 0;
  std::vector<Unit> units;
};

// Tokens that were read from the cache and written to it, each once.
std::int64_t cached_once(const llm::MeteredUsage& usage) {
  const auto written = usage.cache_write_5m + usage.cache_write_1h;
  const bool overlap = usage.cache_read + written > usage.input;
  return overlap ? std::max(usage.cache_read, written) : usage.cache_read + written;
}

// The rules of cost.hpp, written without looking at split().
std::vector<Part> parts_of(const llm::MeteredUsage& usage) {
  using enum Unit;
  const auto audio = usage.input_audio - usage.cache_read_audio;
  const auto unread = usage.input - cached_once(usage) - audio;
  const auto seen = std::min(usage.input_image, unread);
  const auto watched = std::min(usage.input_video, unread - seen);
  const auto spoken = usage.output_audio + usage.output_image + usage.output_video;
  const auto thought = std::min(usage.reasoning, usage.output - spoken);
  return {{unread - seen - watched, {input}},
          {usage.cache_read - usage.cache_read_audio, {cache_read, input}},
          {usage.cache_read_audio, {cache_read_audio, cache_read, input}},
          {audio, {input_audio, input}},
          {usage.cache_write_5m, {cache_write_5m, input}},
          {usage.cache_write_1h, {cache_write_1h, cache_write_5m, input}},
          {seen, {input_image, input}},
          {watched, {input_video, input}},
          {usage.output - spoken - thought, {output}},
          {thought, {reasoning, output}},
          {usage.output_audio, {output_audio, output}},
          {usage.output_image, {output_image, output}},
          {usage.output_video, {output_video, output}},
          {usage.input_image_pieces, {input_image_piece}},
          {usage.output_image_pieces, {output_image_piece}},
          {usage.web_searches, {web_search}}};
}

// The tier of the longest threshold below the prompt's length.
Rational price_of(const TieredPrice& tiered, std::int64_t prompt_tokens) {
  std::map<std::int64_t, std::int64_t> by_threshold{{-1, tiered.base.femtodollars}};
  for (const auto& tier : tiered.tiers) {
    by_threshold[tier.above_prompt_tokens] = tier.price.femtodollars;
  }
  return Rational(std::prev(by_threshold.lower_bound(prompt_tokens))->second, 1'000'000);
}

// Nullopt: nobody knows.
struct ByHand {
  std::optional<Rational> prompt = 0;
  std::optional<Rational> completion = 0;
  std::optional<Rational> other = 0;

  std::optional<Rational>& sum_of(Unit unit) {
    if (unit == Unit::request || unit == Unit::web_search) return other;
    const bool is_answer = name_of(unit).starts_with("output") || unit == Unit::reasoning;
    return is_answer ? completion : prompt;
  }
  [[nodiscard]] std::optional<Rational> total() const {
    if (!prompt || !completion || !other) return std::nullopt;
    return *prompt + *completion + *other;
  }
};

ByHand by_hand(const llm::MeteredUsage& usage, const Rates& rates) {
  std::map<Unit, std::int64_t> counts;
  for (const auto& part : parts_of(usage)) {
    const auto priced = std::ranges::find_if(
        part.units, [&rates](Unit unit) { return rate(rates, unit).has_value(); });
    counts[priced == part.units.end() ? part.units.back() : *priced] += part.count;
  }
  if (rate(rates, Unit::request)) counts[Unit::request] = 1;
  ByHand sums;
  for (const auto& [unit, count] : counts) {
    if (count == 0) continue;
    auto& sum = sums.sum_of(unit);
    const auto& tiered = rate(rates, unit);
    if (!tiered) {
      sum.reset();
    } else if (sum) {
      *sum += rounded(count * price_of(*tiered, usage.input));
    }
  }
  return sums;
}

// Units without a price, free ones, none to three tiers.
Rates random_rates(Random& random) {
  Rates rates;
  for (auto& rate : rates) {
    if (random.one_in(3)) continue;
    rate = TieredPrice{.base = {random.some(200'000'000'000)}, .tiers = {}};
    std::int64_t threshold = 0;
    for (auto tiers = random.up_to(3); tiers > 0; --tiers) {
      threshold += 1 + random.up_to(150'000);
      rate->tiers.push_back(
          {.above_prompt_tokens = threshold, .price = {random.up_to(200'000'000'000)}});
    }
  }
  // Mostly there, or little would be known.
  for (const auto unit : {Unit::input, Unit::output}) {
    auto& rate = rates[static_cast<std::size_t>(unit)];
    if (!rate && !random.one_in(4)) rate = TieredPrice{.base = {random.up_to(9'999)}, .tiers = {}};
  }
  return rates;
}

llm::MeteredUsage random_usage(Random& random, const Rates& rates) {
  llm::MeteredUsage usage;
  usage.input = random.some(400'000);
  // Now and then exactly a threshold, which is not above it.
  const auto& input = rate(rates, Unit::input);
  if (input && !input->tiers.empty() && random.one_in(5)) {
    usage.input = input->tiers.front().above_prompt_tokens;
  }
  usage.cache_read = random.some(usage.input);
  // Read back after they were written, or beside what is read.
  const auto writable = random.one_in(4) ? usage.input : usage.input - usage.cache_read;
  usage.cache_write_5m = random.some(writable);
  usage.cache_write_1h = random.some(writable - usage.cache_write_5m);
  usage.cache_read_audio = random.some(usage.cache_read);
  usage.input_audio = usage.cache_read_audio + random.some(usage.input - cached_once(usage));
  usage.input_image = random.some(usage.input - usage.input_audio);
  usage.input_video = random.some(usage.input - usage.input_audio - usage.input_image);
  usage.output = random.some(100'000);
  usage.output_audio = random.some(usage.output);
  usage.output_image = random.some(usage.output - usage.output_audio);
  usage.output_video = random.some(usage.output - usage.output_audio - usage.output_image);
  usage.reasoning = random.some(120'000);
  if (random.one_in(4)) usage.input_image_pieces = random.up_to(20);
  if (random.one_in(4)) usage.output_image_pieces = random.up_to(20);
  if (random.one_in(3)) usage.web_searches = random.up_to(5);
  return usage;
}

std::optional<Rational> exact(const std::optional<Money>& amount) {
  return amount ? std::optional<Rational>(amount->nanodollars) : std::nullopt;
}

TEST(CostProperty, M07_integer_cost_against_rational_numbers) {
  Random random(20'261'123);
  int unknown = 0;
  int overlapping = 0;
  int free = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto rates = random_rates(random);
    const auto usage = random_usage(random, rates);
    const auto cost = cost_of(usage, rates);
    ASSERT_TRUE(cost) << i << " " << cost.error().message;
    const auto expected = by_hand(usage, rates);
    ASSERT_EQ(exact(cost->prompt), expected.prompt) << i;
    ASSERT_EQ(exact(cost->completion), expected.completion) << i;
    ASSERT_EQ(exact(cost->total), expected.total()) << i;
    unknown += cost->total ? 0 : 1;
    free += cost->total == Money{} ? 1 : 0;
    const auto written = usage.cache_write_5m + usage.cache_write_1h;
    overlapping += usage.cache_read + written > usage.input ? 1 : 0;
  }
  EXPECT_GT(unknown, 10'000);
  EXPECT_LT(unknown, 70'000);
  EXPECT_GT(overlapping, 3'000);
  EXPECT_GT(free, 100);
}

TEST(CostProperty, M07_discounted_prices_against_rational_numbers) {
  Random random(20'261'124);
  for (int i = 0; i < 100'000; ++i) {
    const Price price{random.up_to(std::numeric_limits<std::int64_t>::max())};
    const Discount discount{random.up_to(Discount::whole)};
    const Rational left =
        Rational(price.femtodollars) * (1 - Rational(discount.billionths, Discount::whole));
    ASSERT_EQ(Rational(reduced(price, discount).femtodollars), rounded(left)) << i;
  }
}

// Whatever was counted, a cost is refused or at least zero.
TEST(CostProperty, M09_counts_that_contradict_each_other_are_refused) {
  Random random(20'261'129);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto rates = random_rates(random);
    auto usage = random_usage(random, rates);
    for (auto* const count :
         {&usage.input, &usage.cache_read, &usage.cache_read_audio, &usage.cache_write_1h,
          &usage.output, &usage.output_audio, &usage.web_searches}) {
      if (random.one_in(6)) *count += random.up_to(200'000) - 100'000;
    }
    const auto cost = cost_of(usage, rates);
    refused += cost ? 0 : 1;
    if (!cost) continue;
    for (const auto& line : cost->lines) {
      ASSERT_GE(line.quantity, 0) << i << " " << name_of(line.unit);
      if (line.amount) ASSERT_GE(line.amount->nanodollars, 0) << i;
    }
  }
  EXPECT_GT(refused, 3'000);
  EXPECT_LT(refused, 19'000);
}

}  // namespace
}  // namespace tollway::pricing
