#include "gateway/wishes.hpp"

namespace tollway::gateway {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;

void note_models(const element& value, Wishes& wishes) {
  simdjson::dom::array models;
  if (value.get(models) != SUCCESS) return;
  for (const element item : models) {
    std::string_view model;
    // Anthropic's fallbacks are objects.
    simdjson::dom::object object;
    if (item.get(object) == SUCCESS) {
      if (object["model"].get(model) != SUCCESS) continue;
    } else if (item.get(model) != SUCCESS) {
      continue;
    }
    wishes.models.emplace_back(model);
  }
}

// "image_url" of a part's type, "input_audio", "video_url", "file" and "document".
void note_part(std::string_view type, routing::Ask& ask) {
  using routing::Modality;
  if (type.contains("image")) ask.input.add(Modality::image);
  if (type.contains("audio")) ask.input.add(Modality::audio);
  if (type.contains("video")) ask.input.add(Modality::video);
  if (type.contains("file") || type == "document") ask.input.add(Modality::file);
}

void note_messages(const element& value, routing::Ask& ask) {
  simdjson::dom::array messages;
  if (value.get(messages) != SUCCESS) return;
  for (const element message : messages) {
    simdjson::dom::array parts;
    if (message["content"].get(parts) != SUCCESS) continue;
    for (const element part : parts) {
      std::string_view type;
      if (part["type"].get(type) == SUCCESS) note_part(type, ask);
    }
  }
}

void note_modalities(const element& value, routing::Ask& ask) {
  simdjson::dom::array wanted;
  if (value.get(wanted) != SUCCESS) return;
  for (const element item : wanted) {
    std::string_view name;
    if (item.get(name) != SUCCESS) continue;
    if (const auto modality = routing::modality_named(name)) ask.output.add(*modality);
  }
}

void note_tier(std::string_view tier, routing::Ask& ask) {
  if (tier == "flex") ask.tier = routing::Tier::flex;
  if (tier == "priority" || tier == "fast") ask.tier = routing::Tier::priority;
  if (tier == "default") ask.tier = routing::Tier::standard;
}

}  // namespace

void note_wish(std::string_view name, const element& value, Wishes& wishes) {
  if (value.is_null()) return;
  if (const auto parameter = routing::parameter_named(name)) wishes.ask.parameters.add(*parameter);
  std::string_view text;
  if (name == "messages" || name == "input") {
    note_messages(value, wishes.ask);
  } else if (name == "models" || name == "fallbacks") {
    note_models(value, wishes);
  } else if (name == "provider") {
    if (value.is_object()) wishes.preferences = simdjson::minify(value);
  } else if (name == "modalities") {
    note_modalities(value, wishes.ask);
  } else if (name == "max_tokens" || name == "max_completion_tokens" ||
             name == "max_output_tokens") {
    std::int64_t tokens = 0;
    if (value.get(tokens) == SUCCESS && tokens > 0) wishes.ask.max_tokens = tokens;
  } else if ((name == "service_tier" || name == "speed") && value.get(text) == SUCCESS) {
    note_tier(text, wishes.ask);
  }
}

}  // namespace tollway::gateway
