#include "http/head.hpp"

namespace tollway::http {

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto lower = [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    if (lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

Header Head::header(std::size_t index) const noexcept {
  const Field& field = fields_[index];
  return {at(field.name), at(field.value)};
}

std::optional<std::string_view> Head::find(std::string_view name) const noexcept {
  for (const Field& field : fields_) {
    if (field.name.size == name.size() && equals_ignoring_case(at(field.name), name)) {
      return at(field.value);
    }
  }
  return std::nullopt;
}

void Head::clear() noexcept {
  bytes_.clear();
  fields_.clear();
  method_ = target_ = {};
  content_length_.reset();
  status_ = 0;
  http_1_0_ = keep_alive_ = chunked_ = false;
}

}  // namespace tollway::http
