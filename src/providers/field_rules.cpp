#include "providers/field_rules.hpp"

#include <algorithm>
#include <array>

#include "http/head.hpp"
#include "http/head_writer.hpp"
#include "http/origin.hpp"

namespace tollway::providers::rules {
namespace {

bool is_small(char byte) {
  return byte >= 'a' && byte <= 'z';
}
bool is_capital(char byte) {
  return byte >= 'A' && byte <= 'Z';
}
bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}
bool is_word(char byte) {
  return is_small(byte) || is_capital(byte) || is_digit(byte);
}

bool is_key(std::string_view text) {
  return !text.empty() && text.front() != '_' && std::ranges::all_of(text, [](char byte) {
    return is_small(byte) || is_digit(byte) || byte == '_';
  });
}

bool is_label(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char byte) {
    return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
  });
}

bool is_model(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char byte) { return byte > 0x20 && byte < 0x7f; });
}

bool is_url(std::string_view text) {
  return http::parse_url(text).has_value();
}

bool is_variable(std::string_view text) {
  return !text.empty() && !is_digit(text.front()) && std::ranges::all_of(text, [](char byte) {
    return is_capital(byte) || is_digit(byte) || byte == '_';
  });
}

bool is_key_prefix(std::string_view text) {
  return text.size() >= 2 && std::ranges::all_of(text, [](char byte) {
           return is_word(byte) || byte == '-' || byte == '_';
         });
}

bool is_query_text(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char byte) {
    return is_word(byte) || std::string_view("-._~").contains(byte);
  });
}

bool is_path_text(std::string_view text) {
  return std::ranges::all_of(
      text, [](char byte) { return is_word(byte) || std::string_view("-._~@:,").contains(byte); });
}

bool is_path(std::string_view text, bool with_model) {
  if (text.starts_with('/')) text.remove_prefix(1);
  if (text.empty()) return false;
  for (;;) {
    const std::size_t slash = text.find('/');
    const std::string_view segment = text.substr(0, slash);
    const bool stands_for_model = with_model && segment == "{model}";
    if (segment.empty() || segment == "." || segment == ".." ||
        (!stands_for_model && !is_path_text(segment))) {
      return false;
    }
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_chat_path(std::string_view text) {
  return is_path(text, true);
}

bool is_models_path(std::string_view text) {
  const std::size_t mark = text.find('?');
  if (mark != std::string_view::npos) {
    const std::string_view query = text.substr(mark + 1);
    const bool plain = !query.empty() && std::ranges::all_of(query, [](char byte) {
      return is_word(byte) || std::string_view("-._~=&,").contains(byte);
    });
    if (!plain) return false;
  }
  return is_path(text.substr(0, mark), false);
}

bool is_route(std::string_view text) {
  constexpr std::array<std::string_view, 6> routes{"chat/completions", "completions", "responses",
                                                   "messages",         "embeddings",  "rerank"};
  return std::ranges::find(routes, text) != routes.end();
}

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(
      names, [name](std::string_view one) { return http::equals_ignoring_case(name, one); });
}

// Headers that frame a message or that the connection owns.
constexpr std::array<std::string_view, 14> framing{
    "host",       "content-length",   "content-type", "content-encoding", "transfer-encoding",
    "connection", "keep-alive",       "te",           "trailer",          "upgrade",
    "expect",     "proxy-connection", "range",        "accept-encoding"};
constexpr std::array<std::string_view, 7> credentials{
    "authorization", "proxy-authorization", "cookie",        "set-cookie",
    "api-key",       "x-api-key",           "x-goog-api-key"};

bool is_free_header(std::string_view name) {
  return http::is_header_name(name) && !is_one_of(name, framing);
}
bool is_key_header(std::string_view name) {
  return is_free_header(name) && !http::equals_ignoring_case(name, "cookie");
}
bool is_own_header(std::string_view name) {
  return is_free_header(name) && !is_one_of(name, credentials);
}
bool is_forwarded_header(std::string_view name) {
  return is_own_header(name) && std::ranges::none_of(name, is_capital);
}

bool is_header_value(std::string_view value) {
  return !value.empty() && value.front() != ' ' && value.back() != ' ' &&
         std::ranges::all_of(value, [](char byte) { return byte >= 0x20 && byte < 0x7f; });
}

}  // namespace

const TextRule key{"a key of a-z, 0-9 and \"_\" that does not begin with \"_\", such as \"groq\"",
                   is_key, 32};
const TextRule label{"a text without control characters", is_label};
const TextRule url{"a URL such as \"https://api.example.com/v1\", without query", is_url, 2048};
const TextRule model{"a model's name without spaces", is_model};
const TextRule route{
    "one of \"chat/completions\", \"completions\", \"responses\", \"messages\", \"embeddings\" and "
    "\"rerank\"",
    is_route};
const TextRule variable{"an environment variable's name such as \"GROQ_API_KEY\"", is_variable, 64};
const TextRule key_prefix{"what a key begins with, of letters, digits, \"-\" and \"_\"",
                          is_key_prefix, 32};
const TextRule chat_path{
    "a path such as \"chat/completions\", of plain segments, \"{model}\" for the model's name",
    is_chat_path};
const TextRule models_path{"a path such as \"models\" or \"/v1/models?limit=100\"", is_models_path};
const TextRule query_text{"letters, digits, \"-\", \".\", \"_\" and \"~\"", is_query_text, 64};
const TextRule key_header{"a header's name such as \"api-key\", none that frames the message",
                          is_key_header, 64};
const TextRule own_header{"a header's name, none that frames the message or carries a credential",
                          is_own_header, 64};
const TextRule forwarded_header{
    "a header's name in small letters, none that frames the message or carries a credential",
    is_forwarded_header, 64};
const TextRule header_value{"a header's value of printable ASCII", is_header_value, 512};

}  // namespace tollway::providers::rules
