// Where the members of a JSON object, or the elements of an array, stand in its text.
#pragma once

#include <cstddef>
#include <string_view>

namespace tollway::dialects {

struct MemberPlace {
  std::size_t begin = 0;  // the name's opening quote
  std::size_t value_begin = 0;
  std::size_t end = 0;    // behind the value
  std::string_view name;  // between its quotes, escapes as they stand
};

// What the scanners below have in common.
class ValueScanner {
 public:
  // True once the closing brace or bracket was reached.
  [[nodiscard]] bool complete() const noexcept { return complete_; }

 protected:
  explicit ValueScanner(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] char here() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() noexcept;
  // Each false where the text ends within.
  [[nodiscard]] bool skip_string() noexcept;
  [[nodiscard]] bool skip_nested() noexcept;
  [[nodiscard]] bool skip_value() noexcept;

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t inside_ = std::string_view::npos;  // behind the opening brace or bracket
  bool complete_ = false;
};

// Goes through the outermost members of text that is known to be valid JSON; it does not check
// again. On other text it stops early, never reads outside, and says so by `complete`.
class MemberScanner : public ValueScanner {
 public:
  explicit MemberScanner(std::string_view text);

  // False: there is no further member.
  [[nodiscard]] bool next(MemberPlace& member);
  // Behind the opening brace; npos where the text is no object.
  [[nodiscard]] std::size_t inside() const noexcept { return inside_; }
};

// The same for the elements of an array.
class ElementScanner : public ValueScanner {
 public:
  explicit ElementScanner(std::string_view text);

  // False: there is no further element.
  [[nodiscard]] bool next(std::string_view& element);
};

// True where `name`, as it stands between its quotes in JSON text, reads as `wanted`.
[[nodiscard]] bool reads_as(std::string_view name, std::string_view wanted);

}  // namespace tollway::dialects
