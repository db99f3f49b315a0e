#include "routing/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/embedded_file.hpp"
#include "dialects/chat_problem.hpp"
#include "routing/failure_words.hpp"

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
  std::vector<std::string> metadata;
  std::vector<std::string> availability;
  std::optional<bool> retryable;
  bool behind = false;  // said of a provider behind the provider
  bool either = false;  // status or words, instead of both
};

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
  rule.metadata = texts(row, "metadata");
  rule.availability = texts(row, "availability");
  if (const auto* may = row.if_contains("retryable")) rule.retryable = may->as_bool();
  rule.behind = row.contains("behind");
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

bool says(const Rule& rule, const FailureWords& said) {
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

bool begins(const Rule& rule, const FailureWords& said) {
  return std::ranges::any_of(rule.beginnings, [&](const std::string& beginning) {
    return said.message.starts_with(beginning);
  });
}

// What OpenRouter's errors say by their structure.
bool has_structure(const Rule& rule, const FailureWords& said) {
  if (rule.behind && !said.quotes_another()) return false;
  if (rule.retryable && rule.retryable != said.retryable) return false;
  if (!rule.availability.empty() &&
      std::ranges::find(rule.availability, said.availability) == rule.availability.end()) {
    return false;
  }
  return rule.metadata.empty() ||
         std::ranges::any_of(rule.metadata,
                             [&said](const std::string& name) { return said.has_metadata(name); });
}

bool applies(const Rule& rule, int status, const FailureWords& said) {
  const bool by_status = std::ranges::find(rule.status, status) != rule.status.end();
  const bool has_words = !rule.codes.empty() || !rule.messages.empty();
  const bool by_words = has_words && says(rule, said);
  if (rule.either) return by_status || by_words;
  if (!has_structure(rule, said)) return false;
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
  const FailureWords said = read_failure_words(body);
  if (status == 200) status = dialects::stated_status(body).value_or(status);
  for (const Rule& rule : rules()) {
    if (applies(rule, status, said)) return rule.result;
  }
  return FailureClass::transient;
}

}  // namespace tollway::routing
