// What is known about a provider before anything is configured: facts, not code. They are written
// in descriptors, data/providers/*.toml and those of a user's own folder; docs/adding_a_provider.md
// says what each field means to the one who writes it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tollway::providers {

struct NameValue {
  std::string name;
  std::string value;
  bool operator==(const NameValue&) const = default;
};

// How a list of models is written (model_list.hpp).
enum class ModelListFormat : std::uint8_t {
  openai,  // also with the extensions of Groq, vLLM, Moonshot, Fireworks and the like
  openrouter,
  anthropic,
  azure,
  cohere,
  deepinfra,
  github,
  google,
  huggingface,
  lmstudio,
  mistral,
  novita,
  ollama,
  requesty,
  together,
  xai,
};

// What a local server can be asked about its load (local_status.hpp).
enum class StatusKind : std::uint8_t { none, ollama, llamacpp, vllm };

struct Description {
  std::string key;   // "openrouter": settings, records, command line; [a-z0-9_]
  std::string name;  // "OpenRouter": shown to people
  std::string company;
  std::string region;
  std::string country;
  std::string data_location;
  bool local = false;            // a server on the own machine or network
  std::string default_base_url;  // empty: the user has to say
  std::string default_model;     // for chat requests that name none; empty: the user has to say

  // Paths lie under the base URL, or under the origin where they begin with "/". "{model}" stands
  // for the model's name.
  std::string chat_path = "chat/completions";
  // Of the gateway's routes those that it answers under its base URL in the same dialect.
  std::vector<std::string> routes{"chat/completions"};
  // Takes OpenRouter's `provider` object and chooses by it who serves.
  bool chooses_providers = false;
  std::string max_tokens_field = "max_tokens";
  bool reasoning_object =
      false;                   // takes {"reasoning": {...}}, as OpenRouter; else reasoning_effort
  bool cache_control = false;  // takes it in content parts and tools of a chat
  bool stream_usage = true;    // wants {"stream_options": {"include_usage": true}} for usage

  struct Models {
    std::string path = "models";  // with its query, if any
    ModelListFormat format = ModelListFormat::openai;
    bool needs_key = true;
    std::string key_header;          // empty: as for chat
    std::vector<std::string> names;  // of a provider that lists none: then nothing is asked
  };
  Models models;

  enum class KeyUse : std::uint8_t { none, optional, required };
  struct ApiKey {
    KeyUse use = KeyUse::required;
    std::string header;  // carries the bare key; empty: "Authorization: Bearer <key>"
    std::vector<std::string> variables;  // the vendor's usual environment variables
    std::vector<std::string> prefixes;   // what its keys begin with
    // Answers 2xx to a good key; empty: the list of models does, if it needs one.
    std::string check_path;
  };
  ApiKey api_key;

  std::vector<std::string> base_url_variables;  // the vendor's, besides our own
  std::vector<NameValue> headers;               // sent with every request
  // Sent with every request; a base URL may carry other values for these names.
  std::vector<NameValue> query;
  // Client headers that mean something to this provider and go up with a request that the gateway
  // passes on. All others stay here, credentials above all.
  std::vector<std::string> forwarded_headers;
  StatusKind status = StatusKind::none;
  // Of the operator's own folder or program rather than built in: its base URL may be private.
  bool operators_own = false;

  [[nodiscard]] std::string api_key_setting() const;   // "llm.openrouter.api_key"; "" without key
  [[nodiscard]] std::string base_url_setting() const;  // "llm.openrouter.url"
};

using DescriptionPointer = std::shared_ptr<const Description>;

// "TOLLWAY_LLM_OPENROUTER_URL" for "llm.openrouter.url": the variable that every setting has.
[[nodiscard]] std::string variable_of(std::string_view setting);

}  // namespace tollway::providers
