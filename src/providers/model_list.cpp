#include "providers/model_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <unordered_set>

#include "providers/models/entry.hpp"

namespace tollway::providers {
namespace {

namespace json = boost::json;

constexpr std::size_t list_depth_max = 32;

struct ListFormat {
  // Where the array is; "" is the document itself.
  std::string_view list;
  // Fills all but `provider`; the entry is left out where the id stays empty.
  void (*read)(const Entry& entry, ModelInfo& model);
};

// In the order of ModelListFormat.
constexpr std::array<ListFormat, 16> formats{{
    {"data", read_openai},
    {"data", read_openrouter},
    {"data", read_anthropic},
    {"data", read_azure},
    {"models", read_cohere},
    {"data", read_deepinfra},
    {"", read_github},
    {"data", read_google},
    {"data", read_huggingface},
    {"data", read_lmstudio},
    {"data", read_mistral},
    {"data", read_novita},
    {"models", read_ollama},
    {"data", read_requesty},
    {"", read_together},
    {"models", read_xai},
}};

const ListFormat& format_of(const Description& description) {
  return formats.at(static_cast<std::size_t>(description.models.format));
}

// Some servers leave the usual envelope away or put it around, so both are taken.
const json::array* list_in(const json::value& document, std::string_view field) {
  if (const json::array* bare = document.if_array()) return bare;
  const json::object* object = document.if_object();
  if (object == nullptr) return nullptr;
  for (const std::string_view name :
       {field, std::string_view("data"), std::string_view("models")}) {
    const json::value* value = object->if_contains({name.data(), name.size()});
    if (value != nullptr && value->is_array()) return &value->get_array();
    // An empty list of a server without models.
    if (value != nullptr && value->is_null() && name == field) {
      static const json::array empty;
      return &empty;
    }
  }
  return nullptr;
}

std::unexpected<Error> no_list(const Description& description, std::string_view came) {
  return upstream_error(
      Errc::upstream_invalid,
      fmt::format("{} was asked for its models: expected a JSON list of models, came {}; is the "
                  "base URL right?",
                  description.name, came));
}

}  // namespace

Result<std::vector<ModelInfo>> read_model_list(const Description& description,
                                               std::string_view body) {
  if (body.size() > model_list_bytes_max) return no_list(description, "over 16 MiB");
  json::error_code failed;
  json::parse_options options;
  options.max_depth = list_depth_max;
  const json::value document = json::parse({body.data(), body.size()}, failed, {}, options);
  if (failed) return no_list(description, "what is no JSON");
  const ListFormat& format = format_of(description);
  const json::array* list = list_in(document, format.list);
  if (list == nullptr) return no_list(description, "other JSON");

  std::vector<ModelInfo> models;
  std::unordered_set<std::string> seen;
  for (const json::value& value : *list) {
    if (models.size() == listed_models_max) break;
    const json::object* object = value.if_object();
    if (object == nullptr) continue;
    ModelInfo model;
    format.read(Entry(*object), model);
    if (model.id.empty() || !seen.insert(model.id).second) continue;
    if (model.name.empty()) model.name = model.id;
    model.provider = public_key(description);
    models.push_back(std::move(model));
  }
  return models;
}

std::vector<ModelInfo> named_models(const Description& description) {
  std::vector<ModelInfo> models;
  for (const std::string& name : description.models.names) {
    ModelInfo model;
    model.id = name;
    model.name = name;
    model.provider = public_key(description);
    models.push_back(std::move(model));
  }
  return models;
}

std::string public_key(const Description& description) {
  std::string key = description.key;
  std::ranges::transform(key, key.begin(), [](char byte) {
    return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte & ~0x20) : byte;
  });
  return key;
}

}  // namespace tollway::providers
