#include "routing/endpoint.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace tollway::routing {
namespace {

// In the order of their enumerations.
constexpr std::array<std::string_view, 12> quantizations{"int4",  "int8", "fp4",  "mxfp4",
                                                         "nvfp4", "fp6",  "fp8",  "mxfp8",
                                                         "fp16",  "bf16", "fp32", "unknown"};
constexpr std::array<std::string_view, 26> parameters{"temperature",
                                                      "top_p",
                                                      "top_k",
                                                      "min_p",
                                                      "top_a",
                                                      "frequency_penalty",
                                                      "presence_penalty",
                                                      "repetition_penalty",
                                                      "max_tokens",
                                                      "max_completion_tokens",
                                                      "logit_bias",
                                                      "logprobs",
                                                      "top_logprobs",
                                                      "prediction",
                                                      "seed",
                                                      "response_format",
                                                      "structured_outputs",
                                                      "stop",
                                                      "tools",
                                                      "tool_choice",
                                                      "parallel_tool_calls",
                                                      "include_reasoning",
                                                      "reasoning",
                                                      "reasoning_effort",
                                                      "web_search_options",
                                                      "verbosity"};
constexpr std::array<std::string_view, 9> modalities{
    "text", "image", "audio", "video", "file", "embeddings", "rerank", "speech", "transcription"};

template <class Enum, std::size_t Count>
std::optional<Enum> find(const std::array<std::string_view, Count>& names, std::string_view name) {
  const auto* const place = std::ranges::find(names, name);
  if (place == names.end()) return std::nullopt;
  return static_cast<Enum>(place - names.begin());
}

}  // namespace

std::optional<Quantization> quantization_named(std::string_view name) noexcept {
  return find<Quantization>(quantizations, name);
}

std::optional<Parameter> parameter_named(std::string_view name) noexcept {
  return find<Parameter>(parameters, name);
}

std::optional<Modality> modality_named(std::string_view name) noexcept {
  return find<Modality>(modalities, name);
}

std::uint64_t name_bit(std::string_view slug) noexcept {
  constexpr unsigned highest_six = 58;
  constexpr std::uint64_t spread = 0x9e3779b97f4a7c15;
  return std::uint64_t{1} << ((std::hash<std::string_view>{}(slug)*spread) >> highest_six);
}

std::uint64_t name_bits(const std::vector<std::string>& slugs) noexcept {
  std::uint64_t bits = 0;
  for (const std::string& slug : slugs) bits |= name_bit(slug);
  return bits;
}

void index_names(Endpoint& endpoint) noexcept {
  endpoint.name_bits = name_bit(endpoint.tag) | name_bit(endpoint.provider) |
                       name_bit(endpoint.name) | name_bit(endpoint.author);
}

bool matches(std::string_view slug, const Endpoint& endpoint) noexcept {
  if (slug == endpoint.tag && (endpoint.tier == Tier::standard || slug.contains('/'))) return true;
  return endpoint.tier == Tier::standard &&
         (slug == endpoint.provider || slug == endpoint.name || slug == endpoint.author);
}

}  // namespace tollway::routing
