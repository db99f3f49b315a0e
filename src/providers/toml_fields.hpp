// A TOML table, read field by field; the first thing that is wrong is kept with its place.
#pragma once

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/description.hpp"

namespace tollway::providers {

// What a text has to be.
struct TextRule {
  std::string_view expected;  // "an absolute path": completes "expected ..."
  bool (*accepts)(std::string_view text);
  std::size_t bytes_max = 256;
};

// "path:line:column: message" of the first problem; empty while all is well.
class FirstProblem {
 public:
  explicit FirstProblem(std::string_view path) : path_(path) {}
  void report(const toml::source_region& where, std::string_view message);
  [[nodiscard]] const std::string& message() const noexcept { return message_; }

 private:
  std::string path_;
  std::string message_;
};

// Each reader takes one field: what is absent leaves `out` as it was.
class TomlFields {
 public:
  // `name` is how messages call the table: "models"; empty for the whole file.
  TomlFields(const toml::table& table, std::string name, FirstProblem& problem)
      : table_(table), name_(std::move(name)), problem_(problem) {}

  static constexpr std::size_t entries_max = 64;  // of a list or table

  void text(std::string_view field, const TextRule& rule, std::string& out);
  void required_text(std::string_view field, const TextRule& rule, std::string& out);
  void flag(std::string_view field, bool& out);
  void texts(std::string_view field, const TextRule& rule, std::vector<std::string>& out);
  // A table of texts.
  void pairs(std::string_view field, const TextRule& name_rule, const TextRule& value_rule,
             std::vector<NameValue>& out);
  // One of a list of words; its index.
  [[nodiscard]] std::optional<std::size_t> choice(std::string_view field,
                                                  std::span<const std::string_view> words);
  // Null where it is absent or no table.
  [[nodiscard]] const toml::table* table(std::string_view field);
  // Reports a field that no reader asked for. To be called last.
  void finish();

 private:
  [[nodiscard]] const toml::node* take(std::string_view field);
  void check(const toml::node& node, std::string_view field, const TextRule& rule,
             std::string& out);
  [[nodiscard]] std::string full_name(std::string_view field) const;
  void wrong(const toml::node& node, std::string_view field, std::string_view expected);

  const toml::table& table_;
  std::string name_;
  FirstProblem& problem_;
  std::vector<std::string_view> known_;
};

}  // namespace tollway::providers
