#include "providers/toml_fields.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.hpp"

namespace tollway::providers {
namespace {

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

// Fit for a message: short, and without what could steer a terminal.
std::string quoted(std::string_view text) {
  std::string shown;
  for (const char byte : text.substr(0, 48)) {
    shown += byte >= 0x20 && byte < 0x7f && byte != '"' ? byte : '?';
  }
  if (text.size() > 48) shown += "...";
  return fmt::format("\"{}\"", shown);
}

}  // namespace

void FirstProblem::report(const toml::source_region& where, std::string_view message) {
  if (!message_.empty()) return;
  message_ = fmt::format("{}:{}:{}: {}", path_, where.begin.line, where.begin.column, message);
}

std::string TomlFields::full_name(std::string_view field) const {
  return name_.empty() ? std::string(field) : fmt::format("{}.{}", name_, field);
}

const toml::node* TomlFields::take(std::string_view field) {
  known_.push_back(field);
  return table_.get(field);
}

void TomlFields::wrong(const toml::node& node, std::string_view field, std::string_view expected) {
  problem_.report(node.source(), fmt::format("{}: expected {}, came {}", full_name(field), expected,
                                             type_name(node)));
}

void TomlFields::check(const toml::node& node, std::string_view field, const TextRule& rule,
                       std::string& out) {
  const auto* text = node.as_string();
  if (text == nullptr) return wrong(node, field, fmt::format("a text, {}", rule.expected));
  const std::string& value = text->get();
  if (value.size() > rule.bytes_max) {
    problem_.report(node.source(), fmt::format("{}: expected at most {} bytes, came {}",
                                               full_name(field), rule.bytes_max, value.size()));
  } else if (!rule.accepts(value)) {
    problem_.report(node.source(), fmt::format("{}: expected {}, came {}", full_name(field),
                                               rule.expected, quoted(value)));
  } else {
    out = value;
  }
}

void TomlFields::text(std::string_view field, const TextRule& rule, std::string& out) {
  if (const toml::node* node = take(field)) check(*node, field, rule, out);
}

void TomlFields::required_text(std::string_view field, const TextRule& rule, std::string& out) {
  if (table_.contains(field)) return text(field, rule, out);
  known_.push_back(field);
  problem_.report(table_.source(),
                  fmt::format("{} is missing: expected {}", full_name(field), rule.expected));
}

void TomlFields::flag(std::string_view field, bool& out) {
  const toml::node* node = take(field);
  if (node == nullptr) return;
  if (const auto* value = node->as_boolean()) {
    out = value->get();
  } else {
    wrong(*node, field, "true or false");
  }
}

void TomlFields::texts(std::string_view field, const TextRule& rule,
                       std::vector<std::string>& out) {
  const toml::node* node = take(field);
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (list == nullptr) return wrong(*node, field, "a list of texts");
  if (list->size() > entries_max) {
    return problem_.report(list->source(),
                           fmt::format("{}: expected at most {} entries, came {}", full_name(field),
                                       entries_max, list->size()));
  }
  out.clear();
  for (const toml::node& entry : *list) check(entry, field, rule, out.emplace_back());
}

void TomlFields::pairs(std::string_view field, const TextRule& name_rule,
                       const TextRule& value_rule, std::vector<NameValue>& out) {
  const toml::table* entries = table(field);
  if (entries == nullptr) return;
  if (entries->size() > entries_max) {
    return problem_.report(entries->source(),
                           fmt::format("{}: expected at most {} entries, came {}", full_name(field),
                                       entries_max, entries->size()));
  }
  for (const auto& [key, node] : *entries) {
    if (key.str().size() > name_rule.bytes_max || !name_rule.accepts(key.str())) {
      problem_.report(key.source(), fmt::format("{}: expected {}, came {}", full_name(field),
                                                name_rule.expected, quoted(key.str())));
    }
    NameValue& pair = out.emplace_back(std::string(key.str()), "");
    check(node, fmt::format("{}.{}", field, quoted(key.str())), value_rule, pair.value);
  }
}

std::optional<std::size_t> TomlFields::choice(std::string_view field,
                                              std::span<const std::string_view> words) {
  const toml::node* node = take(field);
  if (node == nullptr) return std::nullopt;
  const auto* text = node->as_string();
  const auto expected = fmt::format("one of \"{}\"", fmt::join(words, "\", \""));
  if (text == nullptr) {
    wrong(*node, field, expected);
    return std::nullopt;
  }
  const auto found = std::ranges::find(words, std::string_view(text->get()));
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  problem_.report(node->source(),
                  fmt::format("{}: expected {}, came {}.{}", full_name(field), expected,
                              quoted(text->get()), did_you_mean(text->get(), words)));
  return std::nullopt;
}

const toml::table* TomlFields::table(std::string_view field) {
  const toml::node* node = take(field);
  if (node == nullptr) return nullptr;
  if (const toml::table* found = node->as_table()) return found;
  wrong(*node, field, "a table");
  return nullptr;
}

void TomlFields::finish() {
  for (const auto& [key, node] : table_) {
    if (std::ranges::find(known_, key.str()) != known_.end()) continue;
    const std::string where = name_.empty() ? "a descriptor" : name_;
    problem_.report(key.source(),
                    fmt::format("unknown field {} in {}: expected one of {}.{}", quoted(key.str()),
                                where, fmt::join(known_, ", "), did_you_mean(key.str(), known_)));
  }
}

}  // namespace tollway::providers
