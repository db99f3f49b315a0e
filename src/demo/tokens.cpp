#include "demo/tokens.hpp"

namespace tollway::demo {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// The size of the first token; zero for no text.
std::size_t first_token(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_space(text[at])) ++at;
  while (at < text.size() && !is_space(text[at])) ++at;
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

}  // namespace

std::vector<std::string_view> tokens_of(std::string_view text) {
  std::vector<std::string_view> tokens;
  while (!text.empty()) {
    tokens.push_back(text.substr(0, first_token(text)));
    text.remove_prefix(tokens.back().size());
  }
  return tokens;
}

std::size_t count_tokens(std::string_view text) noexcept {
  std::size_t count = 0;
  for (; !text.empty(); text.remove_prefix(first_token(text))) ++count;
  return count;
}

}  // namespace tollway::demo
