#include "providers/descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "http/origin.hpp"
#include "providers/field_rules.hpp"
#include "providers/toml_fields.hpp"

namespace tollway::providers {
namespace {

using namespace std::string_view_literals;

// In the order of the enumerations.
constexpr std::array formats{"openai"sv,      "openrouter"sv, "anthropic"sv, "azure"sv,
                             "cohere"sv,      "deepinfra"sv,  "github"sv,    "google"sv,
                             "huggingface"sv, "lmstudio"sv,   "mistral"sv,   "novita"sv,
                             "ollama"sv,      "requesty"sv,   "together"sv,  "xai"sv};
constexpr std::array kinds{"cloud"sv, "local"sv};
constexpr std::array statuses{"none"sv, "ollama"sv, "llamacpp"sv, "vllm"sv};
constexpr std::array key_uses{"none"sv, "optional"sv, "required"sv};
constexpr std::array reasonings{"effort"sv, "object"sv};
constexpr std::array max_tokens_fields{"max_tokens"sv, "max_completion_tokens"sv};

class Reader {
 public:
  Reader(const toml::table& root, FirstProblem& problem)
      : root_(root), problem_(problem), top_(root, "", problem) {}

  Description read() {
    read_facts();
    read_api_key();
    read_chat();
    read_models();
    top_.pairs("headers", rules::own_header, rules::header_value, made_.headers);
    top_.pairs("query", rules::query_text, rules::query_text, made_.query);
    top_.finish();
    check_base_url();
    return std::move(made_);
  }

 private:
  void read_facts() {
    top_.required_text("key", rules::key, made_.key);
    top_.required_text("name", rules::label, made_.name);
    top_.text("company", rules::label, made_.company);
    top_.text("region", rules::label, made_.region);
    top_.text("country", rules::label, made_.country);
    top_.text("data_location", rules::label, made_.data_location);
    made_.local = top_.choice("kind", kinds).value_or(0) == 1;
    top_.text("base_url", rules::url, made_.default_base_url);
    top_.texts("base_url_variables", rules::variable, made_.base_url_variables);
    top_.text("default_model", rules::model, made_.default_model);
    top_.texts("forwarded_headers", rules::forwarded_header, made_.forwarded_headers);
    top_.texts("routes", rules::route, made_.routes);
    top_.flag("chooses_providers", made_.chooses_providers);
    if (const auto status = top_.choice("status", statuses)) {
      made_.status = static_cast<StatusKind>(*status);
    }
  }

  void read_api_key() {
    auto& key = made_.api_key;
    key.use = made_.local ? Description::KeyUse::none : Description::KeyUse::required;
    const toml::table* table = top_.table("api_key");
    if (table == nullptr) return;
    TomlFields fields(*table, "api_key", problem_);
    if (const auto use = fields.choice("use", key_uses)) {
      key.use = static_cast<Description::KeyUse>(*use);
    }
    fields.text("header", rules::key_header, key.header);
    fields.texts("variables", rules::variable, key.variables);
    fields.texts("prefixes", rules::key_prefix, key.prefixes);
    fields.text("check", rules::models_path, key.check_path);
    fields.finish();
  }

  void read_chat() {
    const toml::table* table = top_.table("chat");
    if (table == nullptr) return;
    TomlFields fields(*table, "chat", problem_);
    fields.text("path", rules::chat_path, made_.chat_path);
    if (const auto field = fields.choice("max_tokens_field", max_tokens_fields)) {
      made_.max_tokens_field = max_tokens_fields[*field];
    }
    made_.reasoning_object = fields.choice("reasoning", reasonings).value_or(0) == 1;
    fields.flag("cache_control", made_.cache_control);
    fields.flag("stream_usage", made_.stream_usage);
    fields.finish();
  }

  void read_models() {
    auto& models = made_.models;
    models.needs_key = made_.api_key.use == Description::KeyUse::required;
    const toml::table* table = top_.table("models");
    if (table == nullptr) return;
    TomlFields fields(*table, "models", problem_);
    fields.text("path", rules::models_path, models.path);
    if (const auto format = fields.choice("format", formats)) {
      models.format = static_cast<ModelListFormat>(*format);
    }
    fields.flag("needs_key", models.needs_key);
    fields.text("key_header", rules::key_header, models.key_header);
    fields.texts("names", rules::model, models.names);
    fields.finish();
  }

  // A cloud provider's key must not cross the network in the clear.
  void check_base_url() {
    if (made_.local || !made_.default_base_url.starts_with("http:")) return;
    problem_.report(root_.get("base_url")->source(),
                    "base_url: expected https:// for a provider whose kind is \"cloud\", came "
                    "http://");
  }

  const toml::table& root_;
  FirstProblem& problem_;
  TomlFields top_;
  Description made_;
};

}  // namespace

Result<Description> read_descriptor(std::string_view text, std::string_view path) {
  if (text.size() > descriptor_bytes_max) {
    return client_error(Errc::bad_request,
                        fmt::format("{}:1:1: expected a descriptor of at most {} bytes, came {}",
                                    path, descriptor_bytes_max, text.size()));
  }
  FirstProblem problem(path);
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    problem.report(parsed.error().source(),
                   fmt::format("expected TOML: {}", parsed.error().description()));
    return client_error(Errc::bad_request, problem.message());
  }
  Description description = Reader(parsed.table(), problem).read();
  if (problem.message().empty()) return description;
  return client_error(Errc::bad_request, problem.message());
}

}  // namespace tollway::providers
