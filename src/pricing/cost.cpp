#include "pricing/cost.hpp"

#include <fmt/format.h>

#include <initializer_list>

#include "base/decimal.hpp"
#include "base/error.hpp"

namespace tollway::pricing {
namespace {

constexpr std::int64_t count_max = 1'000'000'000'000;  // no request uses a trillion of anything
constexpr int femto_to_nano = 6;

// How many of each unit, every token in one of them only.
using Quantities = std::array<std::int64_t, unit_count>;

std::int64_t& of(Quantities& quantities, Unit unit) {
  return quantities[static_cast<std::size_t>(unit)];
}

bool in_range(const llm::MeteredUsage& usage) {
  for (const auto count :
       {usage.input, usage.cache_read, usage.cache_write_5m, usage.cache_write_1h,
        usage.input_audio, usage.cache_read_audio, usage.input_image, usage.input_video,
        usage.output, usage.reasoning, usage.output_audio, usage.output_image, usage.output_video,
        usage.input_image_pieces, usage.output_image_pieces, usage.web_searches}) {
    if (count < 0 || count > count_max) return false;
  }
  return true;
}

// Tokens of the prompt that are billed as cached, each counted once. Gemini reads back what it has
// just written and bills both; such tokens are in both counts.
std::int64_t cached(const llm::MeteredUsage& usage) {
  const auto written = usage.cache_write_5m + usage.cache_write_1h;
  const auto sum = usage.cache_read + written;
  return sum <= usage.input ? sum : std::max(usage.cache_read, written);
}

std::int64_t billed_twice(const llm::MeteredUsage& usage) {
  return usage.cache_read + usage.cache_write_5m + usage.cache_write_1h - cached(usage);
}

// Whether the parts fit into their wholes.
bool is_consistent(const llm::MeteredUsage& usage) {
  return cached(usage) + usage.input_audio - usage.cache_read_audio <= usage.input &&
         usage.cache_read_audio <= usage.cache_read &&
         usage.cache_read_audio <= usage.input_audio &&
         usage.input_audio + usage.input_image + usage.input_video <= usage.input &&
         usage.output_audio + usage.output_image + usage.output_video <= usage.output;
}

// Splits the counts among the units that have a price; the rest stays with the containing unit.
Quantities split(const llm::MeteredUsage& usage, const Rates& rates) {
  Quantities quantities{};
  const auto priced = [&](Unit unit) { return rate(rates, unit).has_value(); };
  const auto move = [&](std::int64_t count, Unit from, Unit to) {
    if (!priced(to)) return;
    of(quantities, from) -= count;
    of(quantities, to) += count;
  };
  of(quantities, Unit::input) = usage.input + billed_twice(usage);
  move(usage.cache_read, Unit::input, Unit::cache_read);
  move(usage.cache_write_5m, Unit::input, Unit::cache_write_5m);
  move(usage.cache_write_1h, Unit::input,
       priced(Unit::cache_write_1h) ? Unit::cache_write_1h : Unit::cache_write_5m);
  move(usage.input_audio - usage.cache_read_audio, Unit::input, Unit::input_audio);
  move(usage.cache_read_audio, priced(Unit::cache_read) ? Unit::cache_read : Unit::input,
       Unit::cache_read_audio);
  // Of what is cached nobody says what it was; text as far as there was any.
  const auto uncached = usage.input - cached(usage) - usage.input_audio + usage.cache_read_audio;
  const auto images = std::min(usage.input_image, uncached);
  move(images, Unit::input, Unit::input_image);
  move(std::min(usage.input_video, uncached - images), Unit::input, Unit::input_video);
  of(quantities, Unit::output) = usage.output;
  const auto media = usage.output_audio + usage.output_image + usage.output_video;
  // Estimates of reasoning may exceed the output they are part of (wire.md 2.7).
  move(std::min(usage.reasoning, usage.output - media), Unit::output, Unit::reasoning);
  move(usage.output_audio, Unit::output, Unit::output_audio);
  move(usage.output_image, Unit::output, Unit::output_image);
  move(usage.output_video, Unit::output, Unit::output_video);
  of(quantities, Unit::input_image_piece) = usage.input_image_pieces;
  of(quantities, Unit::output_image_piece) = usage.output_image_pieces;
  if (priced(Unit::request)) of(quantities, Unit::request) = 1;
  of(quantities, Unit::web_search) = usage.web_searches;
  return quantities;
}

bool is_completion(Unit unit) {
  return unit == Unit::output || unit == Unit::reasoning || unit == Unit::output_audio ||
         unit == Unit::output_image || unit == Unit::output_video ||
         unit == Unit::output_image_piece;
}

bool is_prompt(Unit unit) {
  return !is_completion(unit) && unit != Unit::request && unit != Unit::web_search;
}

// Adds, and keeps the unknown unknown. False where the sum does not fit.
bool add(std::optional<Money>& sum, const std::optional<Money>& amount) {
  if (!sum || !amount) {
    sum.reset();
    return true;
  }
  return !__builtin_add_overflow(sum->nanodollars, amount->nanodollars, &sum->nanodollars);
}

}  // namespace

Result<Cost> cost_of(const llm::MeteredUsage& usage, const Rates& rates) {
  if (!in_range(usage)) {
    return client_error(Errc::bad_request, "expected counts of 0 to 10^12, got one beyond");
  }
  if (!is_consistent(usage)) {
    return client_error(Errc::bad_request, "expected counts whose parts fit into input and output");
  }
  const auto quantities = split(usage, rates);
  Cost cost{.lines = {}, .prompt = Money{}, .completion = Money{}, .total = Money{}};
  for (std::size_t i = 0; i < unit_count; ++i) {
    if (quantities[i] == 0) continue;
    const auto unit = static_cast<Unit>(i);
    CostLine line{.unit = unit, .quantity = quantities[i], .price = {}, .amount = {}};
    bool fits = true;
    if (const auto& tiered = rate(rates, unit)) {
      line.price = tiered->at(usage.input);
      line.amount.emplace();
      fits = multiply_scaled(line.quantity, line.price->femtodollars, femto_to_nano,
                             line.amount->nanodollars);
    }
    fits = fits && add(cost.total, line.amount);
    if (is_prompt(unit)) fits = fits && add(cost.prompt, line.amount);
    if (is_completion(unit)) fits = fits && add(cost.completion, line.amount);
    if (!fits) {
      return client_error(Errc::bad_request,
                          fmt::format("{} {} at {} femtodollars do not fit an amount",
                                      line.quantity, name_of(unit), line.price->femtodollars));
    }
    cost.lines.push_back(line);
  }
  return cost;
}

}  // namespace tollway::pricing
