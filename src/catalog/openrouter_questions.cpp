#include "catalog/openrouter_questions.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "catalog/endpoints.hpp"
#include "catalog/openrouter_answers.hpp"

namespace tollway::catalog {
namespace {

namespace json = boost::json;

constexpr std::string_view models_beginning = "models?";

Result<std::string> read_rows(std::string_view path, std::string_view body) {
  json::error_code failed;
  const auto document = json::parse({body.data(), body.size()}, failed);
  const auto* data = failed ? nullptr : document.find_pointer("/data", failed);
  if (data == nullptr || !data->is_array()) {
    return upstream_error(Errc::upstream_invalid, fmt::format("the answer to {} is no list", path));
  }
  if (!path.starts_with(models_beginning)) return std::string(body);
  json::array rows;
  for (const auto& row : data->get_array()) {
    const auto* object = row.if_object();
    const auto* id = object == nullptr ? nullptr : object->if_contains("id");
    if (id != nullptr && id->is_string()) rows.push_back(json::object{{"id", *id}});
  }
  return json::serialize(json::object{{"data", std::move(rows)}});
}

}  // namespace

std::string escaped(std::string_view text, std::string_view also_plain) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  std::string out;
  for (const char c : text) {
    if (plain.contains(c) || also_plain.contains(c)) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string endpoints_path(std::string_view model) {
  return fmt::format("models/{}/endpoints", escaped(model, "/.:~@"));
}

std::string models_path(const ModelQuery& query) {
  std::string asked;
  const auto add = [&asked](std::string_view name, std::string_view value) {
    if (!value.empty()) asked += fmt::format("&{}={}", name, escaped(value, ".,/"));
  };
  const auto add_number = [&add](std::string_view name, const std::optional<double>& value) {
    if (value) add(name, fmt::format("{}", *value));
  };
  add("category", query.category);
  add("region", query.region);
  add("providers", fmt::format("{}", fmt::join(query.providers, ",")));
  if (query.zero_retention) add("zdr", "true");
  if (query.distillable) add("distillable", *query.distillable ? "true" : "false");
  add_number("min_tool_success_rate", query.tool_success.min);
  add_number("max_tool_success_rate", query.tool_success.max);
  if (is_measured(query.sort)) add("sort", name_of(query.sort));
  if (asked.empty()) return {};
  return fmt::format("{}output_modalities=all{}", models_beginning, asked);
}

Result<std::string> read_answer(std::string_view path, std::string_view body) {
  const bool is_models = path.starts_with(models_beginning);
  if (!is_models && body.size() > OpenRouterAnswers::body_bytes_max) {
    return upstream_error(Errc::upstream_too_large, fmt::format("the answer is over {} bytes",
                                                                OpenRouterAnswers::body_bytes_max));
  }
  if (is_models || path == providers_path) return read_rows(path, body);
  if (auto checked = check_endpoints(body); !checked) return std::unexpected(checked.error());
  return std::string(body);
}

std::vector<std::string> ids_in_answer(std::string_view kept) {
  std::vector<std::string> ids;
  json::error_code failed;
  const auto document = json::parse({kept.data(), kept.size()}, failed);
  const auto* data = failed ? nullptr : document.find_pointer("/data", failed);
  if (data == nullptr || !data->is_array()) return ids;
  for (const auto& row : data->get_array()) {
    const auto* id = row.is_object() ? row.get_object().if_contains("id") : nullptr;
    if (id != nullptr && id->is_string()) ids.emplace_back(id->get_string());
  }
  return ids;
}

}  // namespace tollway::catalog
