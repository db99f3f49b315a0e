#include "dispatch/wishes.hpp"

#include <fmt/format.h>

#include "dialects/tool_calls.hpp"

namespace tollway::dispatch {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;

constexpr std::string_view models_beside_fallbacks = "either \"fallbacks\" or \"models\"";

void note_models(const element& value, Wishes& wishes) {
  simdjson::dom::array models;
  if (value.get(models) != SUCCESS) return;
  if (!wishes.models.empty()) wishes.fallbacks_problem = models_beside_fallbacks;
  for (const element item : models) {
    std::string_view model;
    if (item.get(model) == SUCCESS) wishes.models.emplace_back(model);
  }
}

// Anthropic's are objects.
void note_fallbacks(const element& value, Wishes& wishes) {
  constexpr std::size_t fallbacks_max = 3;
  simdjson::dom::array fallbacks;
  if (value.get(fallbacks) != SUCCESS) return;
  if (fallbacks.size() > fallbacks_max) wishes.fallbacks_problem = "at most 3 entries";
  if (!wishes.models.empty()) wishes.fallbacks_problem = models_beside_fallbacks;
  for (const element item : fallbacks) {
    std::string_view model;
    simdjson::dom::object entry;
    if (item.get(entry) != SUCCESS || entry["model"].get(model) != SUCCESS || entry.size() != 1) {
      wishes.fallbacks_problem = "entries with \"model\" and nothing else";
    }
    if (!model.empty()) wishes.models.emplace_back(model);
  }
}

// Of long texts the ends and the size alone are looked at, which every request pays for. Where two
// conversations look the same by them, one of them prefers the other's provider, no more.
std::uint64_t hash_of(std::string_view text) {
  constexpr std::size_t end_bytes = 64;
  if (text.size() <= 2 * end_bytes) return routing::hash_of(text);
  const auto ends = routing::mixed(routing::hash_of(text.substr(0, end_bytes)),
                                   routing::hash_of(text.substr(text.size() - end_bytes)));
  return routing::mixed(ends, text.size());
}

// Of a text, or of a message's parts: their texts and URLs.
std::uint64_t hash_of(const element& content) {
  constexpr int parts_max = 8;
  std::string_view text;
  if (content.get(text) == SUCCESS) return hash_of(text);
  simdjson::dom::array parts;
  if (content.get(parts) != SUCCESS) return 0;
  std::uint64_t hash = 0;
  int count = 0;
  for (const element part : parts) {
    if (part["text"].get(text) == SUCCESS || part["image_url"]["url"].get(text) == SUCCESS) {
      hash = routing::mixed(hash, hash_of(text));
    }
    if (++count == parts_max) break;
  }
  return hash;
}

void note_opening(const element& message, routing::Conversation& conversation) {
  if (conversation.opening != 0) return;
  std::string_view role;
  const bool has_role = message["role"].get(role) == SUCCESS;
  const bool instructs = has_role && (role == "system" || role == "developer");
  std::uint64_t& hash = instructs ? conversation.system : conversation.opening;
  element content;
  if (hash == 0 && message["content"].get(content) == SUCCESS) hash = hash_of(content);
}

// "image_url" of a part's type, "input_audio", "video_url", "file" and "document".
void note_part(std::string_view type, routing::Ask& ask) {
  using routing::Modality;
  if (type.contains("image")) ask.input.add(Modality::image);
  if (type.contains("audio")) ask.input.add(Modality::audio);
  if (type.contains("video")) ask.input.add(Modality::video);
  if (type.contains("file") || type == "document") ask.input.add(Modality::file);
}

void note_messages(const element& value, Wishes& wishes) {
  simdjson::dom::array messages;
  std::string_view text;
  if (value.get(text) == SUCCESS) wishes.conversation.opening = hash_of(text);
  if (value.get(messages) != SUCCESS) return;
  for (const element message : messages) {
    note_opening(message, wishes.conversation);
    simdjson::dom::array parts;
    if (message["content"].get(parts) != SUCCESS) continue;
    for (const element part : parts) {
      std::string_view type;
      if (part["type"].get(type) == SUCCESS) note_part(type, wishes.ask);
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

void note_patterns(const element& plugin, std::string_view name, std::vector<std::string>& into) {
  simdjson::dom::array patterns;
  if (plugin[name].get(patterns) != SUCCESS) return;
  for (const element item : patterns) {
    std::string_view pattern;
    if (into.size() == routing::AnyModel::patterns_max) return;
    if (item.get(pattern) == SUCCESS) into.emplace_back(pattern);
  }
}

void note_auto_router(const element& plugin, routing::AnyModel& any_model) {
  std::string_view text;
  note_patterns(plugin, "allowed_models", any_model.allowed);
  note_patterns(plugin, "excluded_models", any_model.excluded);
  if (plugin["cost_tier"].get(text) == SUCCESS) {
    any_model.cost_band = routing::cost_band_named(text);
  }
}

// For an error's message; the first that is found is named.
void note_openrouters(std::string_view kind, std::string_view name, routing::Ask& ask) {
  constexpr std::size_t shown_max = 80;
  if (ask.openrouters.empty()) {
    ask.openrouters = fmt::format("the {} \"{}\"", kind, name.substr(0, shown_max));
  }
}

void note_plugins(const element& value, Wishes& wishes) {
  simdjson::dom::array plugins;
  if (value.get(plugins) != SUCCESS) return;
  for (const element plugin : plugins) {
    std::string_view id;
    bool enabled = true;
    if (plugin["id"].get(id) != SUCCESS) continue;
    if (plugin["enabled"].get(enabled) == SUCCESS && !enabled) continue;
    if (id == "auto-router") {
      note_auto_router(plugin, wishes.any_model);
    } else if (id == "auto-beta-router") {
      note_auto_router(plugin, wishes.any_model_beta);
    } else {
      note_openrouters("plugin", id, wishes.ask);
    }
  }
}

void note_tools(const element& value, Wishes& wishes) {
  wishes.tools = dialects::offered_tools(value);
  simdjson::dom::array tools;
  if (value.get(tools) != SUCCESS) return;
  for (const element tool : tools) {
    std::string_view type;
    if (tool["type"].get(type) == SUCCESS && type.starts_with("openrouter:")) {
      note_openrouters("tool", type, wishes.ask);
    }
  }
}

// Whether an answer's form is asked for that not everybody can keep to.
bool is_structured(const element& format) {
  std::string_view type;
  return format.is_object() && (format["type"].get(type) != SUCCESS || type != "text");
}

// What responses ("text") and messages ("output_config") call otherwise than chat.
void note_output_form(const element& value, const char* verbosity, routing::Parameters& into) {
  element member;
  if (value["format"].get(member) == SUCCESS && is_structured(member)) {
    into.add(routing::Parameter::response_format);
  }
  if (value[verbosity].get(member) == SUCCESS && !member.is_null()) {
    into.add(routing::Parameter::verbosity);
  }
}

// Of messages.
void note_thinking(const element& value, routing::Parameters& into) {
  std::string_view type;
  if (value["type"].get(type) == SUCCESS && type != "disabled") {
    into.add(routing::Parameter::reasoning);
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
  if (const auto parameter = routing::parameter_named(name)) {
    wishes.ask.parameters.add(*parameter);
    if (*parameter == routing::Parameter::tools) note_tools(value, wishes);
  }
  std::string_view text;
  if (name == "messages" || name == "input") {
    note_messages(value, wishes);
  } else if (name == "system" || name == "instructions") {
    wishes.conversation.system = hash_of(value);
  } else if (name == "plugins") {
    note_plugins(value, wishes);
  } else if (name == "preset") {
    if (value.get(text) == SUCCESS && !text.empty()) {
      note_openrouters("preset", text, wishes.ask);
    }
  } else if (name == "session_id") {
    if (value.get(text) == SUCCESS) wishes.conversation.session = hash_of(text);
  } else if (name == "prompt_cache_key") {
    if (value.get(text) == SUCCESS) wishes.conversation.prompt_cache = hash_of(text);
  } else if (name == "models") {
    note_models(value, wishes);
  } else if (name == "fallbacks") {
    note_fallbacks(value, wishes);
  } else if (name == "provider") {
    if (value.is_object()) wishes.preferences = simdjson::minify(value);
  } else if (name == "route") {
    wishes.ask.preferences.across_models = value.get(text) == SUCCESS && text == "sort";
  } else if (name == "text") {
    note_output_form(value, "verbosity", wishes.ask.parameters);
  } else if (name == "output_config") {
    note_output_form(value, "effort", wishes.ask.parameters);
  } else if (name == "thinking") {
    note_thinking(value, wishes.ask.parameters);
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

Result<> check_fallbacks(const Wishes& wishes, std::string_view route) {
  if (route != "messages" || wishes.fallbacks_problem.empty()) return {};
  return client_error(Errc::bad_request,
                      fmt::format("fallbacks: expected {}", wishes.fallbacks_problem));
}

}  // namespace tollway::dispatch
