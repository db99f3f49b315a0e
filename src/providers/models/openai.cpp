// OpenAI's list and those that add to it: Groq (context_window, max_completion_tokens), vLLM
// (max_model_len), llama.cpp (meta.n_ctx_train), Fireworks and Moonshot (context_length), and what
// the many smaller servers call the same.
#include "providers/models/entry.hpp"

namespace tollway::providers {

void read_openai(const Entry& entry, ModelInfo& model) {
  model.id = entry.text("id");
  model.name = entry.text("name");
  model.created = entry.count({"created"});
  model.context_length =
      entry.count({"context_length", "context_window", "max_model_len", "max_context_length"});
  if (!model.context_length) model.context_length = entry.object("meta").count({"n_ctx_train"});
  model.max_output_tokens = entry.count({"max_completion_tokens", "max_output_tokens"});
  const bool images =
      entry.flag("supports_image_in").value_or(entry.flag("supports_image_input").value_or(false));
  if (images) model.input_modalities = {"text", "image"};
}

}  // namespace tollway::providers
