// One entry of a list of models, read leniently: what is of another type is not there.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tollway/provider.hpp"

namespace tollway::providers {

class Entry {
 public:
  explicit Entry(const boost::json::object& object) : object_(&object) {}

  // Printable UTF-8 of at most listed_name_bytes_max; "" where there is none.
  [[nodiscard]] std::string text(std::string_view field) const;
  // The first of the fields that holds a count, that is an integer above 0.
  [[nodiscard]] std::optional<std::int64_t> count(
      std::initializer_list<std::string_view> fields) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view field) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view field) const;
  // As JSON text; "" where it is empty.
  [[nodiscard]] std::string json() const;
  // An object below, or an empty one.
  [[nodiscard]] Entry object(std::string_view field) const;
  // The entries of a list of objects.
  [[nodiscard]] std::vector<Entry> objects(std::string_view field) const;
  // Dollars a token as decimal text, of a number or text that counts units of 10^exponent dollars a
  // token: -6 where it is dollars a million. Nullopt for what is negative or no number.
  [[nodiscard]] std::optional<std::string> price(std::string_view field, int exponent) const;
  // Unix seconds of "2025-01-31T12:00:00Z", with or without fractions and offset.
  [[nodiscard]] std::optional<std::int64_t> time(std::string_view field) const;

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view field) const;
  const boost::json::object* object_;
};

// One reader a format; their files say what is particular to it.
void read_openai(const Entry& entry, ModelInfo& model);
void read_openrouter(const Entry& entry, ModelInfo& model);
void read_anthropic(const Entry& entry, ModelInfo& model);
void read_azure(const Entry& entry, ModelInfo& model);
void read_cohere(const Entry& entry, ModelInfo& model);
void read_deepinfra(const Entry& entry, ModelInfo& model);
void read_github(const Entry& entry, ModelInfo& model);
void read_google(const Entry& entry, ModelInfo& model);
void read_huggingface(const Entry& entry, ModelInfo& model);
void read_lmstudio(const Entry& entry, ModelInfo& model);
void read_mistral(const Entry& entry, ModelInfo& model);
void read_novita(const Entry& entry, ModelInfo& model);
void read_ollama(const Entry& entry, ModelInfo& model);
void read_requesty(const Entry& entry, ModelInfo& model);
void read_together(const Entry& entry, ModelInfo& model);
void read_xai(const Entry& entry, ModelInfo& model);

}  // namespace tollway::providers
