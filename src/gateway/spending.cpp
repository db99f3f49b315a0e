#include "gateway/spending.hpp"

#include <algorithm>
#include <array>

#include "http/head.hpp"
#include "pricing/cost.hpp"

namespace tollway::gateway {
namespace {

// From wire.md 2.12, by the names that OpenRouter states and by our own; the last one is the
// demonstration.
constexpr std::array<std::string_view, 17> stopping{"OpenAI",
                                                    "Azure",
                                                    "Azure OpenAI",
                                                    "Anthropic",
                                                    "Fireworks",
                                                    "Fireworks AI",
                                                    "Together",
                                                    "Together AI",
                                                    "DeepInfra",
                                                    "Cohere",
                                                    "Cloudflare",
                                                    "xAI",
                                                    "DeepSeek",
                                                    "Novita",
                                                    "Novita AI",
                                                    "Chutes",
                                                    "Tollway demonstration"};

// Vendors' tokens are four bytes on average, of English.
std::int64_t estimated_tokens(std::uint64_t bytes) {
  return static_cast<std::int64_t>((bytes + 3) / 4);
}

bool nothing_was_sent(Errc failure) {
  switch (failure) {
    case Errc::dns_failed:
    case Errc::connect_failed:
    case Errc::connect_timeout:
    case Errc::address_refused:
    case Errc::tls_failed:
      return true;
    default:
      return false;
  }
}

// Of an answer that has begun: all but the upstream's own doing. What ends it then is that Tollway
// hangs up, for the client or for a reason of its own; a vendor cannot tell the two apart.
bool was_left(const Ending& ending) {
  return ending.failure && ending.failure != Errc::connection_lost &&
         ending.failure != Errc::upstream_error;
}

bool is_refusal(const Ending& ending) {
  return (ending.upstream_status != 0 && ending.upstream_status != 200) ||
         (ending.progress.error && !ending.progress.content);
}

llm::MeteredUsage counted_from_what_passed(const Ending& ending) {
  llm::MeteredUsage usage = ending.progress.metered.value_or(llm::MeteredUsage{});
  if (!ending.progress.metered) {
    usage.input = ending.counted_input.value_or(estimated_tokens(ending.bytes_up));
  }
  const auto events = static_cast<std::int64_t>(ending.progress.content_events);
  // An event of a stream carries a token, more or less.
  const auto guessed = ending.streamed ? events : estimated_tokens(ending.bytes_down);
  usage.output = std::max(usage.output, ending.counted_output.value_or(guessed));
  usage.stated_cost.reset();
  return usage;
}

void price(Spending& spending, const pricing::Rates* rates) {
  if (!spending.usage) return;
  spending.unpriced = rates == nullptr;
  if (rates == nullptr) return;
  const auto cost = pricing::cost_of(*spending.usage, *rates);
  if (!cost) return;
  spending.unpriced = !cost->total.has_value();
  spending.computed = cost->total;
  spending.prompt = cost->prompt;
  spending.completion = cost->completion;
}

bool apart(const Money& billed, const Money& computed) {
  const auto difference = billed.nanodollars - computed.nanodollars;
  return std::abs(difference) > std::max(billed.nanodollars, computed.nanodollars) / 100 &&
         std::abs(difference) > 1;
}

}  // namespace

bool stops_when_left(std::string_view served_by) noexcept {
  return std::ranges::any_of(stopping, [served_by](std::string_view name) {
    return http::equals_ignoring_case(name, served_by);
  });
}

bool is_estimated(const Ending& ending) noexcept {
  const dialects::Progress& progress = ending.progress;
  if (progress.metered && progress.usage_complete) return false;
  if ((ending.failure && nothing_was_sent(*ending.failure)) || is_refusal(ending)) return false;
  return ending.upstream_status != 0;
}

Spending spending_of(const Ending& ending, const pricing::Rates* rates) {
  const dialects::Progress& progress = ending.progress;
  Spending spending;
  spending.billed = progress.stated_cost;
  if (progress.metered && progress.usage_complete) {
    spending.usage = progress.metered;
    price(spending, rates);
    if (spending.billed && spending.computed && !progress.byok) {
      spending.differs = apart(*spending.billed, *spending.computed);
    }
    return spending;
  }
  if (!is_estimated(ending)) {
    if (ending.upstream_status != 0 || (ending.failure && nothing_was_sent(*ending.failure))) {
      spending.computed = Money{};
    }
    return spending;
  }
  spending.usage = counted_from_what_passed(ending);
  spending.estimated = true;
  // Of an answer that came in one piece and failed, nobody saw how much there was.
  const bool seen = ending.streamed ? !was_left(ending) || ending.stops_when_left : !ending.failure;
  if (seen) price(spending, rates);
  return spending;
}

}  // namespace tollway::gateway
