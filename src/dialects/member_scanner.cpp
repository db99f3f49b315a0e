#include "dialects/member_scanner.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <string>

namespace tollway::dialects {
namespace {

constexpr std::string_view blanks = " \t\r\n";

}  // namespace

MemberScanner::MemberScanner(std::string_view text) : ValueScanner(text) {
  skip_blanks();
  if (here() != '{') return;
  inside_ = ++at_;
}

void ValueScanner::skip_blanks() noexcept {
  while (at_ < text_.size() && blanks.find(text_[at_]) != blanks.npos) ++at_;
}

bool ValueScanner::skip_string() noexcept {
  for (std::size_t from = at_ + 1;;) {
    const std::size_t quote = text_.find('"', from);
    if (quote == text_.npos) return false;
    std::size_t before = quote;
    while (before > from && text_[before - 1] == '\\') --before;
    from = quote + 1;
    if ((quote - before) % 2 == 0) {
      at_ = from;
      return true;
    }
  }
}

bool ValueScanner::skip_nested() noexcept {
  std::size_t depth = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      if (!skip_string()) return false;
      continue;
    }
    ++at_;
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return true;
    }
  }
  return false;
}

bool ValueScanner::skip_value() noexcept {
  switch (here()) {
    case '"':
      return skip_string();
    case '{':
    case '[':
      return skip_nested();
    default:
      break;
  }
  const std::size_t begin = at_;
  at_ = std::min(text_.find_first_of(",}] \t\r\n", at_), text_.size());
  return at_ != begin;
}

bool MemberScanner::next(MemberPlace& member) {
  if (inside_ == text_.npos || complete_) return false;
  skip_blanks();
  if (here() == ',' && at_ != inside_) {
    ++at_;
    skip_blanks();
  }
  if (here() == '}') {
    complete_ = true;
    return false;
  }
  member.begin = at_;
  if (here() != '"' || !skip_string()) return false;
  member.name = text_.substr(member.begin + 1, at_ - member.begin - 2);
  skip_blanks();
  if (here() != ':') return false;
  ++at_;
  skip_blanks();
  member.value_begin = at_;
  if (!skip_value()) return false;
  member.end = at_;
  return true;
}

ElementScanner::ElementScanner(std::string_view text) : ValueScanner(text) {
  skip_blanks();
  if (here() != '[') return;
  inside_ = ++at_;
}

bool ElementScanner::next(std::string_view& element) {
  if (inside_ == text_.npos || complete_) return false;
  skip_blanks();
  if (here() == ',' && at_ != inside_) {
    ++at_;
    skip_blanks();
  }
  if (here() == ']') {
    complete_ = true;
    return false;
  }
  const std::size_t begin = at_;
  if (!skip_value()) return false;
  element = text_.substr(begin, at_ - begin);
  return true;
}

bool reads_as(std::string_view name, std::string_view wanted) {
  if (name == wanted) return true;
  if (name.find('\\') == name.npos) return false;
  boost::json::error_code code;
  const auto value = boost::json::parse('"' + std::string(name) + '"', code);
  const auto* const text = code ? nullptr : value.if_string();
  return text != nullptr && std::string_view(text->data(), text->size()) == wanted;
}

}  // namespace tollway::dialects
