#include "dialects/usage/usage_layouts.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

#include "base/error.hpp"

namespace tollway::dialects {
namespace {

namespace json = boost::json;

constexpr std::int64_t count_max = 1'000'000'000'000;

// Reads members of one usage object and remembers the first that is wrong.
class Counts {
 public:
  explicit Counts(const json::object& usage) : usage_(usage) {}

  // A count that may be absent or null.
  std::int64_t optional(const json::object* object, std::string_view name) {
    const auto* value = object == nullptr ? nullptr : object->if_contains(name);
    if (value == nullptr || value->is_null()) return 0;
    std::int64_t count = -1;
    if (const auto* whole = value->if_int64()) count = *whole;
    if (const auto* real = value->if_double();
        real != nullptr && *real == std::floor(*real) && *real >= 0 && *real <= count_max) {
      count = static_cast<std::int64_t>(*real);
    }
    if (count < 0 || count > count_max) {
      if (wrong_.empty()) wrong_ = name;
      return 0;
    }
    return count;
  }
  std::int64_t optional(std::string_view name) { return optional(&usage_, name); }

  std::int64_t required(const json::object* object, std::string_view name) {
    const auto* value = object == nullptr ? nullptr : object->if_contains(name);
    if ((value == nullptr || value->is_null()) && wrong_.empty()) wrong_ = name;
    return optional(object, name);
  }
  std::int64_t required(std::string_view name) { return required(&usage_, name); }

  [[nodiscard]] const json::object* object(std::string_view name) const {
    const auto* value = usage_.if_contains(name);
    return value == nullptr ? nullptr : value->if_object();
  }

  // Of Gemini's lists: [{"modality": "AUDIO", "tokenCount": 3}].
  std::int64_t of_modality(std::string_view list, std::string_view modality) {
    const auto* value = usage_.if_contains(list);
    const auto* rows = value == nullptr ? nullptr : value->if_array();
    std::int64_t sum = 0;
    if (rows == nullptr) return sum;
    for (const auto& row : *rows) {
      const auto* entry = row.if_object();
      const auto* name = entry == nullptr ? nullptr : entry->if_contains("modality");
      if (name == nullptr || !name->is_string() || name->get_string() != modality) continue;
      sum += optional(entry, "tokenCount");
    }
    return sum;
  }

  [[nodiscard]] Result<llm::MeteredUsage> done(llm::MeteredUsage usage) const {
    if (wrong_.empty()) return usage;
    return upstream_error(Errc::upstream_invalid,
                          fmt::format("expected \"{}\" of usage to be a count", wrong_));
  }

 private:
  const json::object& usage_;
  std::string_view wrong_;
};

std::optional<Money> stated_cost(const json::object& usage) {
  const auto* cost = usage.if_contains("cost");
  if (cost == nullptr || !cost->is_number()) return std::nullopt;
  const auto money = Money::parse(json::serialize(*cost));
  if (!money || money->nanodollars < 0) return std::nullopt;
  return *money;
}

Result<llm::MeteredUsage> openai_chat(Counts& counts, const json::object& usage) {
  const auto* prompt = counts.object("prompt_tokens_details");
  const auto* completion = counts.object("completion_tokens_details");
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
  read.reasoning = counts.optional(completion, "reasoning_tokens");
  read.output_audio = counts.optional(completion, "audio_tokens");
  read.output_image = counts.optional(completion, "image_tokens");
  read.web_searches =
      counts.optional(counts.object("server_tool_use_details"), "web_search_requests");
  read.stated_cost = stated_cost(usage);
  return counts.done(read);
}

// A vendor that answers embeddings with a chat's usage bills the input alone.
Result<llm::MeteredUsage> openai_embeddings(Counts& counts, const json::object& usage) {
  llm::MeteredUsage read;
  read.input = counts.required("prompt_tokens");
  read.stated_cost = stated_cost(usage);
  return counts.done(read);
}

Result<llm::MeteredUsage> openai_responses(Counts& counts, const json::object& usage) {
  const auto* input = counts.object("input_tokens_details");
  llm::MeteredUsage read;
  read.input = counts.required("input_tokens");
  read.output = counts.required("output_tokens");
  read.cache_read = counts.optional(input, "cached_tokens");
  read.cache_write_5m = counts.optional(input, "cache_write_tokens");
  read.reasoning = counts.optional(counts.object("output_tokens_details"), "reasoning_tokens");
  read.stated_cost = stated_cost(usage);
  return counts.done(read);
}

Result<llm::MeteredUsage> anthropic_messages(Counts& counts, const json::object& usage) {
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
  read.stated_cost = stated_cost(usage);
  return counts.done(read);
}

Result<llm::MeteredUsage> gemini_generate(Counts& counts) {
  llm::MeteredUsage read;
  read.input = counts.optional("promptTokenCount") + counts.optional("toolUsePromptTokenCount");
  read.cache_read = counts.optional("cachedContentTokenCount");
  read.cache_read_audio = counts.of_modality("cacheTokensDetails", "AUDIO");
  read.input_audio = counts.of_modality("promptTokensDetails", "AUDIO") +
                     counts.of_modality("toolUsePromptTokensDetails", "AUDIO");
  read.reasoning = counts.optional("thoughtsTokenCount");
  read.output = counts.optional("candidatesTokenCount") + read.reasoning;
  read.output_audio = counts.of_modality("candidatesTokensDetails", "AUDIO");
  read.output_image = counts.of_modality("candidatesTokensDetails", "IMAGE");
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
  const auto* units = counts.object(part);
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

Result<llm::MeteredUsage> read_usage(UsageLayout layout, const json::value& usage) {
  const auto* object = usage.if_object();
  if (object == nullptr) {
    return upstream_error(Errc::upstream_invalid, "expected usage to be an object");
  }
  Counts counts(*object);
  switch (layout) {
    case UsageLayout::openai_chat:
      return openai_chat(counts, *object);
    case UsageLayout::openai_embeddings:
      return openai_embeddings(counts, *object);
    case UsageLayout::openai_responses:
      return openai_responses(counts, *object);
    case UsageLayout::anthropic_messages:
      return anthropic_messages(counts, *object);
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

}  // namespace tollway::dialects
