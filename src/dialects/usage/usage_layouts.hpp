// Where vendors put the counts that they bill.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dialects/members.hpp"
#include "llm/metered_usage.hpp"
#include "tollway/error.hpp"

namespace tollway::dialects {

// The usage object's layouts. Names as in records and on the command line: "openai_chat".
enum class UsageLayout : std::uint8_t {
  openai_chat,  // chat and completions: prompt_tokens holds the cached ones
  openai_embeddings,
  openai_responses,    // input_tokens holds the cached ones
  anthropic_messages,  // input_tokens does not hold the cached ones
  gemini_generate,     // usageMetadata
  bedrock_converse,    // inputTokens does not hold the cached ones
  cohere_billed,       // billed_units
  cohere_tokens,       // tokens, as the model saw them
};

// The layout of a vendor's API by its common name: "chat", "responses", "embeddings", "anthropic",
// "tokens", or "default" for the vendor's own. Empty is "default"; nullopt for another.
[[nodiscard]] std::optional<UsageLayout> usage_layout(std::string_view provider,
                                                      std::string_view flavor);

// Reads a usage object (the value of "usage", of "usageMetadata" for Gemini; Cohere's embeddings:
// of "meta"). Members that a layout does not have are ignored. Errc::upstream_invalid where a count
// that the layout always has is missing (Gemini leaves zeros out), where one is negative, no whole
// number or above 10^12, or where it is no object: the usage must then be estimated. The tier is
// read where usage states it, as Anthropic's and Gemini's do.
[[nodiscard]] Result<llm::MeteredUsage> read_usage(UsageLayout layout,
                                                   const boost::json::value& usage);
// The same where simdjson has parsed it.
[[nodiscard]] Result<llm::MeteredUsage> read_usage(UsageLayout layout, const Members& usage);

// What the provider says it charged: OpenRouter and others by the member "cost", Perplexity by its
// "total_cost", xAI by "cost_in_usd_ticks". Nullopt where it says nothing that can be one: no
// number, below zero, or above ten thousand dollars.
[[nodiscard]] std::optional<Money> stated_cost(const Members& usage);

}  // namespace tollway::dialects
