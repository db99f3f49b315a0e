// Vendors whose lists have a form of their own.
#include <algorithm>
#include <array>

#include "base/decimal.hpp"
#include "providers/models/entry.hpp"
#include "providers/models/further_prices.hpp"

namespace tollway::providers {
namespace {

constexpr int a_million = -6;         // dollars a million tokens
constexpr int ten_thousandths = -10;  // of a dollar a million tokens, or cents a hundred million

// What a model that is called a "chat" or "embedding" one gives.
std::vector<std::string> output_of(std::string_view type) {
  constexpr std::array<std::string_view, 5> texts{"chat", "language", "code", "llm", "vlm"};
  if (std::ranges::find(texts, type) != texts.end()) return {"text"};
  if (type == "embedding" || type == "embeddings") return {"embeddings"};
  if (type == "image" || type == "audio" || type == "video" || type == "rerank") {
    return {std::string(type)};
  }
  return {};
}

void take_dearer(std::optional<std::string> price, std::optional<std::string>& dearest) {
  constexpr int places = 15;
  if (!price) return;
  if (!dearest ||
      parse_decimal(*price, places).value_or(0) > parse_decimal(*dearest, places).value_or(0)) {
    dearest = std::move(price);
  }
}

}  // namespace

void read_anthropic(const Entry& entry, ModelInfo& model) {
  model.id = entry.text("id");
  model.name = entry.text("display_name");
  model.created = entry.time("created_at");
  model.context_length = entry.count({"max_input_tokens"});
  model.max_output_tokens = entry.count({"max_tokens"});
  if (entry.object("capabilities").object("image_input").flag("supported").value_or(false)) {
    model.input_modalities = {"text", "image"};
  }
}

// All that the resource could deploy; the model of a request is a deployment's name all the same.
void read_azure(const Entry& entry, ModelInfo& model) {
  const Entry capabilities = entry.object("capabilities");
  model.id = entry.text("id");
  model.created = entry.count({"created_at"});
  if (capabilities.flag("chat_completion").value_or(false)) model.output_modalities = {"text"};
  if (capabilities.flag("embeddings").value_or(false)) model.output_modalities = {"embeddings"};
}

void read_cohere(const Entry& entry, ModelInfo& model) {
  model.id = entry.text("name");
  model.context_length = entry.count({"context_length"});
  const auto endpoints = entry.texts("endpoints");
  if (std::ranges::find(endpoints, "chat") != endpoints.end()) model.output_modalities = {"text"};
  const auto features = entry.texts("features");
  if (std::ranges::find(features, "vision") != features.end()) {
    model.input_modalities = {"text", "image"};
  }
}

void read_deepinfra(const Entry& entry, ModelInfo& model) {
  const Entry metadata = entry.object("metadata");
  const Entry pricing = metadata.object("pricing");
  model.id = entry.text("id");
  model.created = entry.count({"created"});
  model.context_length = metadata.count({"context_length"});
  model.max_output_tokens = metadata.count({"max_tokens"});
  model.prompt_price = pricing.price("input_tokens", a_million);
  model.completion_price = pricing.price("output_tokens", a_million);
  take_further_prices({.cache_read = pricing.price("cache_read_tokens", a_million)}, model);
  for (const std::string& tag : metadata.texts("tags")) {
    if (tag == "vision" || tag == "vlm") model.input_modalities = {"text", "image"};
    if (auto output = output_of(tag); !output.empty()) model.output_modalities = std::move(output);
  }
}

void read_github(const Entry& entry, ModelInfo& model) {
  const Entry limits = entry.object("limits");
  model.id = entry.text("id");
  model.name = entry.text("name");
  model.context_length = limits.count({"max_input_tokens"});
  model.max_output_tokens = limits.count({"max_output_tokens"});
  model.input_modalities = entry.texts("supported_input_modalities");
  model.output_modalities = entry.texts("supported_output_modalities");
}

// Names come as "models/gemini-..."; requests take both forms, people the short one.
void read_google(const Entry& entry, ModelInfo& model) {
  constexpr std::string_view folder = "models/";
  model.id = entry.text("id");
  if (model.id.starts_with(folder)) model.id.erase(0, folder.size());
  model.name = entry.text("display_name");
  model.created = entry.count({"created"});
}

// Each model has several servers behind it; the router takes one of them, so context and prices are
// the largest and the dearest.
void read_huggingface(const Entry& entry, ModelInfo& model) {
  const Entry architecture = entry.object("architecture");
  model.id = entry.text("id");
  model.created = entry.count({"created"});
  model.input_modalities = architecture.texts("input_modalities");
  model.output_modalities = architecture.texts("output_modalities");
  for (const Entry& server : entry.objects("providers")) {
    const Entry pricing = server.object("pricing");
    model.context_length = std::max(model.context_length, server.count({"context_length"}));
    take_dearer(pricing.price("input", a_million), model.prompt_price);
    take_dearer(pricing.price("output", a_million), model.completion_price);
  }
}

void read_lmstudio(const Entry& entry, ModelInfo& model) {
  const std::string type = entry.text("type");
  model.id = entry.text("id");
  model.context_length = entry.count({"loaded_context_length", "max_context_length"});
  model.output_modalities = output_of(type);
  if (type == "vlm") model.input_modalities = {"text", "image"};
  if (const std::string state = entry.text("state"); !state.empty()) {
    model.loaded = state == "loaded";
  }
}

void read_mistral(const Entry& entry, ModelInfo& model) {
  const Entry capabilities = entry.object("capabilities");
  model.id = entry.text("id");
  model.name = entry.text("name");
  model.created = entry.count({"created"});
  model.context_length = entry.count({"max_context_length"});
  if (capabilities.flag("completion_chat").value_or(false)) model.output_modalities = {"text"};
  if (const auto vision = capabilities.flag("vision")) {
    model.input_modalities = {"text"};
    if (*vision) model.input_modalities.emplace_back("image");
  }
  if (capabilities.flag("function_calling").value_or(false)) {
    model.supported_parameters = {"tools", "tool_choice"};
  }
}

// Prices are ten-thousandths of a dollar a million tokens.
void read_novita(const Entry& entry, ModelInfo& model) {
  model.id = entry.text("id");
  model.name = entry.text("display_name");
  if (model.name.empty()) model.name = entry.text("title");
  model.created = entry.count({"created"});
  model.context_length = entry.count({"context_size"});
  model.max_output_tokens = entry.count({"max_output_tokens"});
  model.prompt_price = entry.price("input_token_price_per_m", ten_thousandths);
  model.completion_price = entry.price("output_token_price_per_m", ten_thousandths);
  model.input_modalities = entry.texts("input_modalities");
  model.output_modalities = entry.texts("output_modalities");
}

// What is installed; what is loaded, /api/ps tells (local_status.hpp).
void read_ollama(const Entry& entry, ModelInfo& model) {
  model.id = entry.text("model");
  if (model.id.empty()) model.id = entry.text("name");
  model.name = entry.text("name");
  model.created = entry.time("modified_at");
}

void read_requesty(const Entry& entry, ModelInfo& model) {
  model.id = entry.text("id");
  model.created = entry.count({"created"});
  model.context_length = entry.count({"context_window"});
  model.max_output_tokens = entry.count({"max_output_tokens"});
  model.prompt_price = entry.price("input_price", 0);
  model.completion_price = entry.price("output_price", 0);
  take_further_prices({.cache_read = entry.price("cached_price", 0),
                       .cache_write = entry.price("caching_price", 0)},
                      model);
  if (const auto vision = entry.flag("supports_vision")) {
    model.input_modalities = {"text"};
    if (*vision) model.input_modalities.emplace_back("image");
  }
}

void read_together(const Entry& entry, ModelInfo& model) {
  const Entry pricing = entry.object("pricing");
  model.id = entry.text("id");
  model.name = entry.text("display_name");
  model.created = entry.count({"created"});
  model.context_length = entry.count({"context_length"});
  model.output_modalities = output_of(entry.text("type"));
  model.prompt_price = pricing.price("input", a_million);
  model.completion_price = pricing.price("output", a_million);
}

// Prices are cents a hundred million tokens. Those of long prompts are there where they differ.
void read_xai(const Entry& entry, ModelInfo& model) {
  model.id = entry.text("id");
  model.created = entry.count({"created"});
  model.context_length = entry.count({"context_length", "max_prompt_length"});
  model.prompt_price = entry.price("prompt_text_token_price", ten_thousandths);
  model.completion_price = entry.price("completion_text_token_price", ten_thousandths);
  const auto price = [&entry](std::string_view field) {
    return entry.price(field, ten_thousandths);
  };
  take_further_prices({.cache_read = price("cached_prompt_text_token_price"),
                       .above_prompt_tokens = entry.count({"long_context_threshold"}),
                       .long_prompt = price("prompt_text_token_price_long_context"),
                       .long_completion = price("completion_text_token_price_long_context"),
                       .long_cache_read = price("cached_prompt_text_token_price_long_context")},
                      model);
  model.input_modalities = entry.texts("input_modalities");
  model.output_modalities = entry.texts("output_modalities");
}

}  // namespace tollway::providers
