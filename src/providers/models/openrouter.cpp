// OpenRouter's list (https://openrouter.ai/docs/api-reference/list-available-models), which Nebius
// writes too: prices are dollars a token as text, "-1" where only routing tells.
#include "providers/models/entry.hpp"

namespace tollway::providers {

void read_openrouter(const Entry& entry, ModelInfo& model) {
  const Entry architecture = entry.object("architecture");
  const Entry pricing = entry.object("pricing");
  model.id = entry.text("id");
  model.name = entry.text("name");
  model.created = entry.count({"created"});
  model.context_length = entry.count({"context_length"});
  model.max_output_tokens = entry.object("top_provider").count({"max_completion_tokens"});
  model.prompt_price = pricing.price("prompt", 0);
  model.completion_price = pricing.price("completion", 0);
  model.pricing_json = pricing.json();
  model.input_modalities = architecture.texts("input_modalities");
  model.output_modalities = architecture.texts("output_modalities");
  model.supported_parameters = entry.texts("supported_parameters");
}

}  // namespace tollway::providers
