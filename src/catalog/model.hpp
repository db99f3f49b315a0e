// Models and the offers of providers to run them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/prices.hpp"

namespace tollway::catalog {

// One provider's offer of a model: what a request is sent to.
struct Offer {
  std::string provider;  // key: "openai"
  std::string provider_name;
  std::string model;                 // as this provider spells it: "gpt-4o"
  std::vector<std::string> aliases;  // what it also takes: "grok-latest"
  std::optional<std::int64_t> context_length;
  std::optional<std::int64_t> max_output_tokens;
  std::vector<std::string> supported_parameters;
  Prices prices;        // that the provider states
  Prices sheet_prices;  // where it states none: those of price sheets, and the author's list price
  // The provider has not been heard yet: it is expected to have what it makes.
  bool assumed = false;

  // The best that is known.
  [[nodiscard]] const Prices& known_prices() const noexcept {
    return prices.known() || prices.dynamic ? prices : sheet_prices;
  }
};

struct Model {
  std::string id;              // what requests name: "openai/gpt-4o", "a/b:free", "~a/b-latest"
  std::string canonical_slug;  // permanent, usually dated
  std::string name;            // for people
  std::string hugging_face_id;
  std::string alias_target;          // id of the model that an alias stands for; empty: it is none
  std::vector<std::string> aliases;  // of a list's entry: what its provider also calls it
  std::int64_t created = 0;          // Unix seconds; 0: unknown
  std::optional<std::int64_t> context_length;
  std::optional<std::int64_t> max_output_tokens;
  std::vector<std::string> input_modalities;
  std::vector<std::string> output_modalities;
  std::vector<std::string> supported_parameters;
  std::string tokenizer;                         // family: "GPT", "Claude", "Other"; empty: unknown
  std::string knowledge_cutoff;                  // "2025-01-31"; empty: unknown
  std::optional<std::chrono::sys_days> expires;  // the day after which it may vanish
  Prices prices;
  std::string row;            // the whole in OpenRouter's shape (wire.md 5.2), one JSON object
  std::vector<Offer> offers;  // empty: nobody who is configured has it
};

}  // namespace tollway::catalog
