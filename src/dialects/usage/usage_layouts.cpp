#include "dialects/usage/usage_layouts.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "base/error.hpp"
#include "dialects/json_reader.hpp"
#include "dialects/members.hpp"
#include "dialects/usage/written_beside.hpp"

namespace tollway::dialects {
namespace {

using Object = simdjson::dom::object;
using simdjson::SUCCESS;

constexpr std::int64_t count_max = 1'000'000'000'000;
constexpr Money stated_max{10'000'000'000'000};

// Reads members of one usage object and remembers the first that is wrong.
class Counts {
 public:
  explicit Counts(const Members& usage) : usage_(usage) {}

  // A count that may be absent or null.
  [[gnu::always_inline]] std::int64_t optional(const std::optional<Members>& object,
                                               std::string_view name) {
    return count(object, name).value_or(0);
  }
  std::int64_t optional(std::string_view name) { return optional(usage_, name); }

  // One that is wrong says nothing, and makes nothing else wrong.
  std::int64_t tolerated(std::string_view name) {
    const auto wrong = wrong_;
    const auto count = optional(name);
    wrong_ = wrong;
    return count;
  }

  std::int64_t required(const std::optional<Members>& object, std::string_view name) {
    const auto there = count(object, name);
    if (!there && wrong_.empty()) wrong_ = name;
    return there.value_or(0);
  }
  std::int64_t required(std::string_view name) { return required(usage_, name); }

  [[nodiscard]] std::optional<Members> object(std::string_view name) const {
    Object value;
    if ((*usage_)[name].get(value) != SUCCESS) return std::nullopt;
    return Members(value);
  }

  // Of Gemini's lists: [{"modality": "AUDIO", "tokenCount": 3}].
  std::int64_t of_modality(std::string_view list, std::string_view modality) {
    simdjson::dom::array rows;
    std::int64_t sum = 0;
    if ((*usage_)[list].get(rows) != SUCCESS) return sum;
    for (const auto row : rows) {
      Object entry;
      std::string_view name;
      if (row.get(entry) != SUCCESS || entry["modality"].get(name) != SUCCESS || name != modality) {
        continue;
      }
      sum += optional(Members(entry), "tokenCount");
    }
    return sum;
  }

  [[nodiscard]] Result<llm::MeteredUsage> done(llm::MeteredUsage usage) const {
    if (wrong_.empty()) return usage;
    return upstream_error(Errc::upstream_invalid,
                          fmt::format("expected \"{}\" of usage to be a count", wrong_));
  }

 private:
  [[gnu::always_inline]] std::optional<std::int64_t> count(const std::optional<Members>& object,
                                                           std::string_view name) {
    simdjson::dom::element value;
    if (!object || (*object)[name].get(value) != SUCCESS || value.is_null()) {
      return std::nullopt;
    }
    return stated(value, name);
  }
  std::int64_t stated(const simdjson::dom::element& value, std::string_view name) {
    std::int64_t count = -1;
    double real = -1;
    if (value.get(count) != SUCCESS && value.get(real) == SUCCESS && real == std::floor(real) &&
        real >= 0 && real <= count_max) {
      count = static_cast<std::int64_t>(real);
    }
    if (count >= 0 && count <= count_max) return count;
    if (wrong_.empty()) wrong_ = name;
    return 0;
  }

  const std::optional<Members> usage_;
  std::string_view wrong_;
};

// All that was written, reasoning included, which some vendors count beside what they call the
// completion (docs/decisions/0007).
void count_beside(Counts& counts, llm::MeteredUsage& read) {
  read.output += written_beside({.prompt = read.input,
                                 .completion = read.output,
                                 .total = counts.tolerated("total_tokens"),
                                 .reasoning = read.reasoning,
                                 .cache_read = read.cache_read,
                                 .cache_write = read.cache_write_5m});
}

Result<llm::MeteredUsage> openai_chat(Counts& counts) {
  const auto prompt = counts.object("prompt_tokens_details");
  const auto completion = counts.object("completion_tokens_details");
  llm::MeteredUsage read;
  read.input = counts.required("prompt_tokens");
  read.output = counts.required("completion_tokens");
  read.cache_read = counts.optional(prompt, "cached_tokens");
  // Where vendors put it before they had the details: DeepSeek, Mistral, Together.
  for (const auto* name : {"prompt_cache_hit_tokens", "num_cached_tokens", "cached_tokens"}) {
    if (read.cache_read == 0) read.cache_read = counts.optional(name);
  }
  read.cache_write_5m = counts.optional(prompt, "cache_write_tokens");
  read.input_audio = counts.optional(prompt, "audio_tokens");
  read.input_image = counts.optional(prompt, "image_tokens");
  read.input_video = counts.optional(prompt, "video_tokens");
  read.reasoning = counts.optional(completion, "reasoning_tokens");
  read.output_audio = counts.optional(completion, "audio_tokens");
  read.output_image = counts.optional(completion, "image_tokens");
  read.output_video = counts.optional(completion, "video_tokens");
  read.web_searches =
      counts.optional(counts.object("server_tool_use_details"), "web_search_requests");
  count_beside(counts, read);
  return counts.done(read);
}

// A vendor that answers embeddings with a chat's usage bills the input alone.
Result<llm::MeteredUsage> openai_embeddings(Counts& counts) {
  llm::MeteredUsage read;
  read.input = counts.required("prompt_tokens");
  return counts.done(read);
}

Result<llm::MeteredUsage> openai_responses(Counts& counts) {
  const auto input = counts.object("input_tokens_details");
  llm::MeteredUsage read;
  read.input = counts.required("input_tokens");
  read.output = counts.required("output_tokens");
  read.cache_read = counts.optional(input, "cached_tokens");
  read.cache_write_5m = counts.optional(input, "cache_write_tokens");
  read.input_image = counts.optional(input, "image_tokens");
  const auto output = counts.object("output_tokens_details");
  read.reasoning = counts.optional(output, "reasoning_tokens");
  read.output_image = counts.optional(output, "image_tokens");
  return counts.done(read);
}

Result<llm::MeteredUsage> anthropic_messages(Counts& counts) {
  llm::MeteredUsage read;
  read.cache_read = counts.optional("cache_read_input_tokens");
  const auto written = counts.optional("cache_creation_input_tokens");
  read.cache_write_1h = std::min(
      written, counts.optional(counts.object("cache_creation"), "ephemeral_1h_input_tokens"));
  read.cache_write_5m = written - read.cache_write_1h;
  read.input = counts.required("input_tokens") + read.cache_read + written;
  read.output = counts.required("output_tokens");
  read.reasoning = counts.optional(counts.object("output_tokens_details"), "thinking_tokens");
  read.web_searches = counts.optional(counts.object("server_tool_use"), "web_search_requests");
  return counts.done(read);
}

std::int64_t read_of_modality(Counts& counts, std::string_view modality) {
  return counts.of_modality("promptTokensDetails", modality) +
         counts.of_modality("promptTokenDetails", modality) +  // of embeddings
         counts.of_modality("toolUsePromptTokensDetails", modality);
}

std::int64_t uncached_of_modality(Counts& counts, std::string_view modality) {
  const auto cached = counts.of_modality("cacheTokensDetails", modality);
  return std::max<std::int64_t>(0, read_of_modality(counts, modality) - cached);
}

Result<llm::MeteredUsage> gemini_generate(Counts& counts) {
  llm::MeteredUsage read;
  read.input = counts.optional("promptTokenCount") + counts.optional("toolUsePromptTokenCount");
  read.cache_read = counts.optional("cachedContentTokenCount");
  read.cache_read_audio = counts.of_modality("cacheTokensDetails", "AUDIO");
  read.input_audio = read_of_modality(counts, "AUDIO");
  read.input_image = uncached_of_modality(counts, "IMAGE");
  read.input_video = uncached_of_modality(counts, "VIDEO");
  read.reasoning = counts.optional("thoughtsTokenCount");
  read.output = counts.optional("candidatesTokenCount") + read.reasoning;
  read.output_audio = counts.of_modality("candidatesTokensDetails", "AUDIO");
  read.output_image = counts.of_modality("candidatesTokensDetails", "IMAGE");
  read.output_video = counts.of_modality("candidatesTokensDetails", "VIDEO");
  return counts.done(read);
}

Result<llm::MeteredUsage> bedrock_converse(Counts& counts) {
  llm::MeteredUsage read;
  read.cache_read = counts.optional("cacheReadInputTokens");
  read.cache_write_5m = counts.optional("cacheWriteInputTokens");
  read.input = counts.required("inputTokens") + read.cache_read + read.cache_write_5m;
  read.output = counts.required("outputTokens");
  return counts.done(read);
}

Result<llm::MeteredUsage> cohere(Counts& counts, std::string_view part) {
  const auto units = counts.object(part);
  llm::MeteredUsage read;
  read.input = counts.required(units, "input_tokens");
  read.output = counts.optional(units, "output_tokens");
  if (part == "tokens") read.cache_read = counts.optional("cached_tokens");
  return counts.done(read);
}

UsageLayout own_layout(std::string_view provider) {
  if (provider == "anthropic") return UsageLayout::anthropic_messages;
  if (provider == "google") return UsageLayout::gemini_generate;
  if (provider == "aws") return UsageLayout::bedrock_converse;
  if (provider == "cohere") return UsageLayout::cohere_billed;
  return UsageLayout::openai_chat;
}

// Anthropic's and Gemini's usage say which tier served. Anthropic's fast mode is one of its own.
std::optional<llm::ServiceTier> tier_in(const Members& usage) {
  std::optional<llm::ServiceTier> tier;
  for (const auto* name : {"trafficType", "serviceTier", "service_tier", "speed"}) {
    std::string_view text;
    if (usage[name].get(text) != SUCCESS) continue;
    const auto stated = llm::service_tier_named(text);
    const bool weaker = tier && stated == llm::ServiceTier::standard;
    if (stated && !weaker) tier = stated;
  }
  return tier;
}

// xAI's unit: a ten-billionth of a dollar (docs.x.ai, "Cost Tracking"). Rounded half to even.
std::optional<Money> money_of_ticks(std::int64_t ticks) {
  constexpr std::int64_t ticks_a_nanodollar = 10;
  if (ticks < 0 || ticks / ticks_a_nanodollar > stated_max.nanodollars) return std::nullopt;
  const std::int64_t whole = ticks / ticks_a_nanodollar;
  const std::int64_t twice_rest = ticks % ticks_a_nanodollar * 2;
  const bool up =
      twice_rest > ticks_a_nanodollar || (twice_rest == ticks_a_nanodollar && whole % 2 == 1);
  return Money{whole + (up ? 1 : 0)};
}

// The decimal that the double stands for: the shortest that reads as it.
std::optional<Money> money_of(double dollars) {
  // Below a million dollars no two counts of nanodollars read as the same double.
  constexpr double nanodollars_exact_max = 1e15;
  const double nanodollars = std::nearbyint(dollars * 1e9);
  if (std::abs(nanodollars) < nanodollars_exact_max && nanodollars / 1e9 == dollars) {
    return Money{static_cast<std::int64_t>(nanodollars)};
  }
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), dollars).ptr;
  const auto money = Money::parse({digits.data(), static_cast<std::size_t>(end - digits.data())});
  return money ? std::optional(*money) : std::nullopt;
}

}  // namespace

std::optional<UsageLayout> usage_layout(std::string_view provider, std::string_view flavor) {
  if (flavor.empty() || flavor == "default") return own_layout(provider);
  if (flavor == "chat") return UsageLayout::openai_chat;
  if (flavor == "responses") return UsageLayout::openai_responses;
  if (flavor == "anthropic") return UsageLayout::anthropic_messages;
  if (flavor == "tokens") return UsageLayout::cohere_tokens;
  if (flavor == "embeddings") {
    return provider == "cohere" ? UsageLayout::cohere_billed : UsageLayout::openai_embeddings;
  }
  return std::nullopt;
}

std::optional<Money> stated_cost(const Members& usage) {
  std::int64_t ticks = 0;
  if (usage["cost_in_usd_ticks"].get(ticks) == SUCCESS) return money_of_ticks(ticks);
  double cost = 0;
  Object costs;
  if (usage["cost"].get(costs) == SUCCESS) {
    if (costs["total_cost"].get(cost) != SUCCESS) return std::nullopt;
  } else if (usage["cost"].get(cost) != SUCCESS) {
    return std::nullopt;
  }
  const auto money = money_of(cost);
  if (!money || money->nanodollars < 0 || *money > stated_max) return std::nullopt;
  return money;
}

Result<llm::MeteredUsage> read_usage(UsageLayout layout, const boost::json::value& usage) {
  if (const auto object = parse_object(boost::json::serialize(usage))) {
    return read_usage(layout, Members(*object));
  }
  return upstream_error(Errc::upstream_invalid, "expected usage to be an object");
}

namespace {

Result<llm::MeteredUsage> read_counts(UsageLayout layout, const Members& usage) {
  Counts counts(usage);
  switch (layout) {
    case UsageLayout::openai_chat:
      return openai_chat(counts);
    case UsageLayout::openai_embeddings:
      return openai_embeddings(counts);
    case UsageLayout::openai_responses:
      return openai_responses(counts);
    case UsageLayout::anthropic_messages:
      return anthropic_messages(counts);
    case UsageLayout::gemini_generate:
      return gemini_generate(counts);
    case UsageLayout::bedrock_converse:
      return bedrock_converse(counts);
    case UsageLayout::cohere_billed:
      return cohere(counts, "billed_units");
    case UsageLayout::cohere_tokens:
      return cohere(counts, "tokens");
  }
  return upstream_error(Errc::upstream_invalid, "unknown layout of usage");
}

}  // namespace

Result<llm::MeteredUsage> read_usage(UsageLayout layout, const Members& usage) {
  auto read = read_counts(layout, usage);
  if (!read) return read;
  read->stated_cost = stated_cost(usage);
  read->tier = tier_in(usage);
  return read;
}

}  // namespace tollway::dialects
