#include "dialects/chat_problem.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string>

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t words_max = 1000;
constexpr int unstated_status = 502;

// For a line of text: no control characters, and no more than a person reads.
std::string tidy(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, words_max)) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
    if (!control) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  // Not to end in the middle of a character.
  if (text.size() > words_max) {
    while (!out.empty() && !simdjson::validate_utf8(out)) out.pop_back();
    out += "...";
  }
  return simdjson::validate_utf8(out) ? out : std::string();
}

struct Words {
  std::string text;
  std::string provider;      // who OpenRouter says it was
  std::string provider_raw;  // what that one said, text or JSON
};

void read_metadata(const object& error, Words& words) {
  object metadata;
  if (error["metadata"].get(metadata) != SUCCESS) return;
  read_text(metadata, "provider_name", words.provider);
  read_text(metadata, "raw", words.provider_raw);
}

Words words_in(const object& answer) {
  Words words;
  object error;
  if (answer["error"].get(error) == SUCCESS) {
    read_text(error, "message", words.text);
    read_metadata(error, words);
  }
  for (const char* const name : {"error", "message", "detail"}) {
    if (words.text.empty()) read_text(answer, name, words.text);
  }
  return words;
}

// Reads `raw` as JSON of its own, which ends the life of what was parsed before.
std::string inner_words(const std::string& raw) {
  const auto inner = parse_object(raw);
  if (!inner) return raw;
  Words words = words_in(*inner);
  return words.text.empty() ? raw : words.text;
}

std::string explain(const Words& words) {
  std::string text = tidy(words.text);
  if (words.provider_raw.empty()) return text;
  const std::string inner = tidy(inner_words(words.provider_raw));
  if (inner.empty() || inner == text) return text;
  const std::string who = words.provider.empty() ? "the model's provider" : tidy(words.provider);
  return fmt::format("{} ({}: {})", text, who, inner);
}

struct Kind {
  Errc code;
  Source source;
  Retry retry;
};

Kind kind_of(int status) {
  switch (status) {
    case 400:
    case 422:
      return {Errc::bad_request, Source::client, Retry::never};
    case 401:
      return {Errc::unauthenticated, Source::client, Retry::never};
    case 403:
      return {Errc::forbidden, Source::client, Retry::never};
    case 404:
      return {Errc::not_found, Source::client, Retry::never};
    case 413:
      return {Errc::body_too_large, Source::client, Retry::never};
    case 408:
    case 429:
      return {Errc::upstream_error, Source::upstream, Retry::same};
    default:
      return {Errc::upstream_error, Source::upstream, status >= 500 ? Retry::same : Retry::never};
  }
}

Error make_problem(std::string_view provider, int status, std::string_view words) {
  const Kind kind = kind_of(status);
  std::string message = fmt::format("{} answered {}", provider, status);
  if (!words.empty()) message += fmt::format(": {}", words);
  if (status == 401) message += "; check the API key";
  return {kind.code, kind.source, kind.retry, std::move(message), {}};
}

bool is_word(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool holds_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_word(text[at - 1]);
    if (begins && (end == text.size() || !is_word(text[end]))) return true;
  }
  return false;
}

std::optional<int> status_of(const object& error) {
  for (const char* const name : {"code", "http_status", "status"}) {
    element code;
    if (error[name].get(code) != SUCCESS) continue;
    std::int64_t status = 0;
    std::string_view digits;
    if (code.get(digits) == SUCCESS) {
      const auto [end, failure] =
          std::from_chars(digits.data(), digits.data() + digits.size(), status);
      if (failure != std::errc() || end != digits.data() + digits.size()) continue;
    } else if (code.get(status) != SUCCESS) {
      continue;
    }
    if (status >= 400 && status <= 599) return static_cast<int>(status);
  }
  return {};
}

std::optional<int> status_of_error_in(const object& holder) {
  object error;
  return holder["error"].get(error) == SUCCESS ? status_of(error) : std::nullopt;
}

}  // namespace

Error problem_of_answer(std::string_view provider, int status, std::string_view body) {
  if (status >= 300 && status < 400) {
    return upstream_error(Errc::upstream_invalid,
                          fmt::format("{} answered with a redirection ({}), which is not followed; "
                                      "check the base URL",
                                      provider, status))
        .error();
  }
  if (const auto answer = parse_object(body)) {
    return make_problem(provider, status, explain(words_in(*answer)));
  }
  const auto begin = body.find_first_not_of(" \t\r\n");
  // A page of HTML says nothing in its first lines.
  const bool text = begin != std::string_view::npos && body[begin] != '<';
  return make_problem(provider, status, text ? tidy(body.substr(begin)) : "");
}

bool refuses_parameter(std::string_view body, std::string_view name) {
  const auto answer = parse_object(body);
  if (!answer) return false;
  object error;
  if ((*answer)["error"].get(error) != SUCCESS) return false;
  std::string param;
  read_text(error, "param", param);
  if (!param.empty()) return param == name;
  const Words words = words_in(*answer);
  if (!words.provider_raw.empty() && refuses_parameter(words.provider_raw, name)) return true;
  return holds_word(words.text, name);
}

std::optional<Error> problem_in(std::string_view provider, const object& object) {
  element error;
  if (object["error"].get(error) != SUCCESS || error.is_null()) return {};
  const int status = stated_status(object).value_or(unstated_status);
  std::string words = explain(words_in(object));
  if (words.empty()) words = "an error that it does not explain";
  return make_problem(provider, status, words);
}

std::optional<int> stated_status(const object& answer) {
  if (const auto status = status_of_error_in(answer)) return status;
  object inner;
  if (answer["choices"].at(0).get(inner) == SUCCESS) {
    if (const auto status = status_of_error_in(inner)) return status;
  }
  if (answer["response"].get(inner) == SUCCESS) {
    if (const auto status = status_of_error_in(inner)) return status;
  }
  // Of the Responses API's event "error" the members are the error's own.
  std::string_view type;
  const bool is_error = answer["type"].get(type) == SUCCESS && type == "error";
  return is_error ? status_of(answer) : std::nullopt;
}

std::optional<int> stated_status(std::string_view body) {
  const auto answer = parse_object(body);
  return answer ? stated_status(*answer) : std::nullopt;
}

bool says_it_failed(const object& answer) {
  element error;
  if (answer["error"].get(error) == SUCCESS) {
    std::string_view text;
    if (error.is_object() || (error.get(text) == SUCCESS && !text.empty())) return true;
  }
  std::string_view word;
  if (answer["choices"].at(0)["finish_reason"].get(word) == SUCCESS && word == "error") return true;
  return answer["object"].get(word) == SUCCESS && word == "response" &&
         answer["status"].get(word) == SUCCESS && word == "failed";
}

Error unexplained_problem(std::string_view provider) {
  return make_problem(provider, unstated_status,
                      "it stopped with an error that it does not explain");
}

}  // namespace tollway::dialects
