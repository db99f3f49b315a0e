// The text of a stream, gathered as its events pass.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "llm/text_sample.hpp"

namespace tollway::dialects {

// Most streams state their usage, so next to nothing may be spent on those that will not: the text
// is copied as it stands in the JSON, bounded, and looked for where it stood in the event before.
class PassedText {
 public:
  // Takes the first string that is not empty behind one of `names` ("\"content\"", in their order)
  // in an event's JSON.
  void take(std::string_view json, std::span<const std::string_view> names);

  // Takes all that a model wrote in `json`, what came of a whole answer of any dialect that broke
  // off: the text, thoughts and tool arguments, the last of which may be cut.
  void take_broken(std::string_view json);

  [[nodiscard]] bool empty() const noexcept { return raw_.bytes == 0; }
  // What was taken, without JSON's escapes.
  [[nodiscard]] llm::TextSample text() const;

 private:
  [[nodiscard]] bool take_at(std::string_view json, std::size_t at, std::string_view name);

  llm::TextSample raw_;
  std::size_t found_at_ = 0;    // in the event before
  std::size_t found_name_ = 0;  // index into its names
};

}  // namespace tollway::dialects
