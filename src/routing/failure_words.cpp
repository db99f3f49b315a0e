#include "routing/failure_words.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace tollway::routing {
namespace {

namespace json = boost::json;

constexpr int layers_max = 8;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

bool holds_something(const json::value& value) {
  if (value.is_string()) return !value.get_string().empty();
  if (value.is_array()) return !value.get_array().empty();
  if (value.is_object()) return !value.get_object().empty();
  return !value.is_null();
}

class Reader {
 public:
  explicit Reader(FailureWords& words) : words_(words) {}

  // The layers in which vendors wrap it: arrays around objects (Google), "error" as text (Ollama),
  // the message at the top (Cohere, Bedrock), the first choice (OpenRouter, late in an answer), the
  // response that an event brings (Responses), another provider's body as a string (OpenRouter).
  void read(const json::value& value, int depth, bool quoted) {
    if (depth == 0) return;
    if (value.is_array() && !value.get_array().empty()) {
      return read(value.get_array()[0], depth, quoted);
    }
    if (!value.is_object()) return;
    const json::object& object = value.get_object();
    read_codes(object, quoted);
    // What a request said of itself is repeated in the metadata of answers, not in those of errors.
    if (!object.contains("object")) read_metadata(object, depth - 1, quoted);
    read_error_of(object, depth, quoted);
    if (const auto* const response = object.if_contains("response");
        response != nullptr && response->is_object()) {
      read_type(response->get_object(), quoted);
      read_error_of(response->get_object(), depth, quoted);
    }
    if (const auto* const choices = object.if_contains("choices");
        choices != nullptr && choices->is_array() && !choices->get_array().empty() &&
        choices->get_array()[0].is_object()) {
      read_error_of(choices->get_array()[0].get_object(), depth, quoted);
    }
    read_raw(object, depth);
  }

 private:
  void read_error_of(const json::object& object, int depth, bool quoted) {
    const auto* const error = object.if_contains("error");
    if (error == nullptr) return;
    if (error->is_string()) words_.message += lower(error->get_string()) + "\n";
    read(*error, depth - 1, quoted);
  }

  void read_type(const json::object& object, bool quoted) {
    read_code(object, "error_type", quoted);
  }

  void read_code(const json::object& object, std::string_view name, bool quoted) {
    const auto* const code = object.if_contains(name);
    if (code == nullptr || !code->is_string()) return;
    (quoted ? words_.quoted_codes : words_.codes).push_back(lower(code->get_string()));
  }

  void read_codes(const json::object& error, bool quoted) {
    for (const std::string_view name : {"code", "type", "status", "error_type", "limit_source"}) {
      read_code(error, name, quoted);
    }
    for (const std::string_view name : {"message", "detail"}) {
      const auto* const message = error.if_contains(name);
      if (message != nullptr && message->is_string()) {
        words_.message += lower(message->get_string()) + "\n";
      }
    }
    const auto* const availability = error.if_contains("availability");
    if (quoted || availability == nullptr || !availability->is_object()) return;
    const json::object& said = availability->get_object();
    if (const auto* code = said.if_contains("code"); code != nullptr && code->is_string()) {
      words_.availability = lower(code->get_string());
    }
    if (const auto* may = said.if_contains("retryable"); may != nullptr && may->is_bool()) {
      words_.retryable = may->get_bool();
    }
  }

  void read_metadata(const json::object& error, int depth, bool quoted) {
    const auto* const metadata = error.if_contains("metadata");
    if (metadata == nullptr || !metadata->is_object()) return;
    if (!quoted) {
      for (const auto& member : metadata->get_object()) {
        if (holds_something(member.value())) words_.metadata.push_back(lower(member.key()));
      }
    }
    read(*metadata, depth, quoted);
  }

  void read_raw(const json::object& object, int depth) {
    const auto* const raw = object.if_contains("raw");
    if (raw == nullptr || !raw->is_string()) return;
    json::error_code failure;
    const json::value inner = json::parse(raw->get_string(), failure);
    if (failure) {
      words_.message += lower(raw->get_string()) + "\n";
    } else {
      read(inner, depth - 1, true);
    }
  }

  FailureWords& words_;
};

}  // namespace

bool FailureWords::has_metadata(std::string_view name) const {
  return std::ranges::find(metadata, name) != metadata.end();
}

bool FailureWords::quotes_another() const {
  return has_metadata("provider_name") && has_metadata("raw");
}

FailureWords read_failure_words(std::string_view body) {
  FailureWords words;
  json::error_code failure;
  const json::value value = json::parse(body, failure);
  if (!failure) Reader(words).read(value, layers_max, false);
  return words;
}

}  // namespace tollway::routing
