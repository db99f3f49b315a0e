// What a request can be sent to: one provider's offer of one model, an "endpoint" in OpenRouter's
// words. Facts alone; what was measured of it is in figures.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/enum_set.hpp"

namespace tollway::routing {

// Kinds of service at prices of their own (wire.md 4.4).
enum class Tier : std::uint8_t { standard, flex, priority };

enum class Quantization : std::uint8_t {
  int4,
  int8,
  fp4,
  mxfp4,
  nvfp4,
  fp6,
  fp8,
  mxfp8,
  fp16,
  bf16,
  fp32,
  unknown,
};
[[nodiscard]] std::optional<Quantization> quantization_named(std::string_view name) noexcept;

// Request parameters that an endpoint may or may not understand: OpenRouter's list.
enum class Parameter : std::uint8_t {
  temperature,
  top_p,
  top_k,
  min_p,
  top_a,
  frequency_penalty,
  presence_penalty,
  repetition_penalty,
  max_tokens,
  max_completion_tokens,
  logit_bias,
  logprobs,
  top_logprobs,
  prediction,
  seed,
  response_format,
  structured_outputs,
  stop,
  tools,
  tool_choice,
  parallel_tool_calls,
  include_reasoning,
  reasoning,
  reasoning_effort,
  web_search_options,
  verbosity,
};
[[nodiscard]] std::optional<Parameter> parameter_named(std::string_view name) noexcept;
using Parameters = EnumSet<Parameter>;

enum class Modality : std::uint8_t {
  text,
  image,
  audio,
  video,
  file,
  embeddings,
  rerank,
  speech,
  transcription,
};
[[nodiscard]] std::optional<Modality> modality_named(std::string_view name) noexcept;
using Modalities = EnumSet<Modality>;

// 1e-15 dollars a token, request or image. Unknown is not free.
struct EndpointPrices {
  std::optional<std::int64_t> prompt;
  std::optional<std::int64_t> completion;
  std::optional<std::int64_t> request;
  std::optional<std::int64_t> cache_read;
  std::optional<std::int64_t> image;
  std::optional<std::int64_t> audio;
};

// What nobody has said is taken to be the worse.
struct DataPolicy {
  bool collects = true;  // keeps prompts beyond the call, or trains on them
  bool zero_retention = false;
  bool distillable = false;  // the model's author permits it
};

// What every decision reads comes first: it fits two cache lines.
struct alignas(64) Endpoint {
  Tier tier = Tier::standard;
  // Behind it stands somebody who chooses a provider by the request's own `provider` object, as
  // OpenRouter does. So nothing in it drops this endpoint but its own name in `ignore`, and an
  // `order` without fallbacks whose slugs all mean others; what the endpoint can do is its
  // business.
  bool meta = false;
  // Of the keys that its provider is asked with, where there are several: candidates that differ in
  // nothing else stand side by side, and are marked but for the first.
  bool another_key = false;
  Quantization quantization = Quantization::unknown;
  DataPolicy data;
  Parameters parameters;
  Modalities input;
  Modalities output;
  std::optional<std::int64_t> context_length;
  std::optional<std::int64_t> output_tokens_max;
  EndpointPrices prices;
  // One bit for each name that `matches` knows it by, so that most slugs are told apart from it
  // without a look at a string; all of them where nobody has set them.
  std::uint64_t name_bits = ~std::uint64_t{0};
  double weight = 1;      // for the strategy `weighted`
  double key_weight = 1;  // its share among several keys; 0: only where the others fail
  std::string provider;   // slug in lower case: "google-vertex"
  std::string tag;        // slug with region, variant or tier: "google-vertex/us-east5"
  std::string name;       // for people, in lower case: "google"
  std::string author;     // under which its own models are known: "x-ai" of "xai"
  std::string model;      // id in the catalogue
};

// Sets name_bits. The names don't change from then on.
void index_names(Endpoint& endpoint) noexcept;
[[nodiscard]] std::uint64_t name_bit(std::string_view slug) noexcept;
// Of all slugs of a list: an endpoint that has none of them is not in it.
[[nodiscard]] std::uint64_t name_bits(const std::vector<std::string>& slugs) noexcept;

// Whether `slug`, in lower case, means the endpoint (wire.md 4.5): a base slug means the provider's
// endpoints of the standard tier, a full one that endpoint alone. Providers' names count as base
// slugs, and so does what their own models are known under.
[[nodiscard]] bool matches(std::string_view slug, const Endpoint& endpoint) noexcept;

}  // namespace tollway::routing
