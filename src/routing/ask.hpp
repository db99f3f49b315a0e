// What one request asks of whoever is to serve it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "catalog/names.hpp"
#include "routing/endpoint.hpp"
#include "routing/preferences.hpp"

namespace tollway::routing {

struct Strategy;

struct Ask {
  std::int64_t prompt_tokens = 0;          // estimated
  std::optional<std::int64_t> max_tokens;  // that the answer may have
  std::int64_t output_tokens = 0;          // expected, for the cost
  Parameters parameters;                   // that the request sets
  Modalities input{Modality::text};
  Modalities output{Modality::text};  // of embeddings and rerank, theirs alone
  std::optional<Tier> tier;           // service_tier; `standard` was asked for by name
  catalog::Variants variants;
  Preferences preferences;
  // What it asks for that OpenRouter alone does, for people: "the plugin \"web\""; empty: nothing.
  std::string openrouters;
  const Strategy* strategy = nullptr;  // for what the request leaves open; null: price-weighted
};

}  // namespace tollway::routing
