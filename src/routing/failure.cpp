#include "routing/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/embedded_file.hpp"

namespace tollway::routing {

std::span<const EmbeddedFile> embedded_failures();

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 9> class_names{"transient", "overloaded", "broken",
                                                      "throttled", "key",        "model",
                                                      "too_long",  "refused",    "client"};

struct Rule {
  FailureClass result = FailureClass::transient;
  std::vector<int> status;
  std::vector<std::string> codes;
  std::vector<std::string> messages;
  std::vector<std::string> beginnings;
  bool either = false;  // status or words, instead of both
};

// What a body says, in lower case.
struct Said {
  std::vector<std::string> codes;
  std::vector<std::string> quoted_codes;  // of a provider behind the provider: not about our key
  std::string message;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

std::vector<std::string> texts(const json::object& row, std::string_view name) {
  std::vector<std::string> list;
  const auto* const value = row.if_contains(name);
  if (value == nullptr) return list;
  for (const auto& text : value->as_array()) list.emplace_back(text.as_string());
  return list;
}

Rule rule_of(const json::object& row) {
  Rule rule;
  const auto* const name =
      std::ranges::find(class_names, std::string_view(row.at("class").as_string()));
  if (name == class_names.end()) throw std::invalid_argument("data/failures: unknown class");
  rule.result = static_cast<FailureClass>(name - class_names.begin());
  if (const auto* status = row.if_contains("status")) {
    for (const auto& code : status->as_array()) rule.status.push_back(code.to_number<int>());
  }
  rule.codes = texts(row, "code");
  rule.messages = texts(row, "message");
  rule.beginnings = texts(row, "begins");
  rule.either = row.contains("match");
  return rule;
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = [] {
    std::vector<Rule> list;
    for (const EmbeddedFile& file : embedded_failures()) {
      const json::value table = json::parse(file.text);
      for (const auto& row : table.as_object().at("rules").as_array()) {
        list.push_back(rule_of(row.as_object()));
      }
    }
    return list;
  }();
  return all;
}

void read(const json::value& value, Said& said, int depth, bool quoted);

void read_error(const json::object& error, Said& said, int depth, bool quoted) {
  auto& codes = quoted ? said.quoted_codes : said.codes;
  for (const std::string_view name : {"code", "type", "status", "error_type"}) {
    const auto* const code = error.if_contains(name);
    if (code != nullptr && code->is_string()) codes.push_back(lower(code->get_string()));
  }
  for (const std::string_view name : {"message", "detail"}) {
    const auto* const message = error.if_contains(name);
    if (message != nullptr && message->is_string()) {
      said.message += lower(message->get_string()) + "\n";
    }
  }
  if (const auto* metadata = error.if_contains("metadata")) read(*metadata, said, depth, quoted);
}

// The layers in which vendors wrap it: arrays around objects (Google), "error" as text (Ollama),
// the message at the top (Cohere, Bedrock), another provider's body as a string (OpenRouter).
void read(const json::value& value, Said& said, int depth, bool quoted) {
  if (depth == 0) return;
  if (value.is_array() && !value.get_array().empty())
    return read(value.get_array()[0], said, depth, quoted);
  if (!value.is_object()) return;
  const json::object& object = value.get_object();
  read_error(object, said, depth - 1, quoted);
  if (const auto* error = object.if_contains("error")) {
    if (error->is_string()) said.message += lower(error->get_string()) + "\n";
    read(*error, said, depth - 1, quoted);
  }
  const auto* const raw = object.if_contains("raw");
  if (raw == nullptr || !raw->is_string()) return;
  json::error_code failure;
  const json::value inner = json::parse(raw->get_string(), failure);
  if (failure) {
    said.message += lower(raw->get_string()) + "\n";
  } else {
    read(inner, said, depth - 1, true);
  }
}

bool says(const Rule& rule, const Said& said) {
  const auto named = [&rule](const std::string& code) {
    return std::ranges::find(rule.codes, code) != rule.codes.end();
  };
  const bool quotes_count = rule.result != FailureClass::key;
  return std::ranges::any_of(said.codes, named) ||
         (quotes_count && std::ranges::any_of(said.quoted_codes, named)) ||
         std::ranges::any_of(rule.messages, [&said](const std::string& part) {
           return said.message.contains(part);
         });
}

bool begins(const Rule& rule, const Said& said) {
  return std::ranges::any_of(rule.beginnings, [&](const std::string& beginning) {
    return said.message.starts_with(beginning);
  });
}

bool applies(const Rule& rule, int status, const Said& said) {
  const bool by_status = std::ranges::find(rule.status, status) != rule.status.end();
  const bool has_words = !rule.codes.empty() || !rule.messages.empty();
  const bool by_words = has_words && says(rule, said);
  if (rule.either) return by_status || by_words;
  if (!rule.beginnings.empty() && !begins(rule, said)) return false;
  return (rule.status.empty() || by_status) && (!has_words || by_words);
}

}  // namespace

std::string_view name_of(FailureClass failure) noexcept {
  return class_names[static_cast<std::size_t>(failure)];
}

Remedy remedy_for(FailureClass failure) noexcept {
  switch (failure) {
    case FailureClass::transient:
    case FailureClass::overloaded:
      return {.here = true, .elsewhere = true, .counts_as = Outcome::failure};
    case FailureClass::throttled:
      return {.here = true, .elsewhere = true, .counts_as = Outcome::throttled};
    case FailureClass::key:
      return {.elsewhere = true, .rest_key = true, .counts_as = Outcome::failure};
    case FailureClass::broken:
    case FailureClass::model:
      return {.elsewhere = true, .counts_as = Outcome::failure};
    case FailureClass::too_long:
    case FailureClass::refused:
      return {.elsewhere = true};
    case FailureClass::client:
      return {};
  }
  return {};
}

FailureClass classify(int status, std::string_view body) {
  constexpr int layers_max = 8;
  Said said;
  json::error_code failure;
  const json::value value = json::parse(body, failure);
  if (!failure) read(value, said, layers_max, false);
  for (const Rule& rule : rules()) {
    if (applies(rule, status, said)) return rule.result;
  }
  return FailureClass::transient;
}

}  // namespace tollway::routing
