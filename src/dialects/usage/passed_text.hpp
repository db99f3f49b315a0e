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
  // Takes every string that is not empty behind one of `names` ("\"content\"") in an event's JSON,
  // of all its choices and tool calls. What says again what was said is left out.
  void take(std::string_view json, std::span<const std::string_view> names);

  // Takes all that a model wrote in `json`, what came of a whole answer of any dialect that broke
  // off: the text, thoughts and tool arguments, the last of which may be cut.
  void take_broken(std::string_view json);

  [[nodiscard]] bool empty() const noexcept { return raw_.bytes == 0; }
  // Of what was taken, with JSON's escapes.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return raw_.bytes; }
  // What was taken, without JSON's escapes.
  [[nodiscard]] llm::TextSample text() const;

 private:
  struct Said {
    std::string_view name = {};
    std::string_view text = {};
  };
  // From a place outside strings on; how many there were. `before` is what was taken there.
  std::size_t take_all(std::string_view json, std::size_t from,
                       std::span<const std::string_view> names, Said before);

  llm::TextSample raw_;
  // Of the last event with text. There is one of these a stream: 32 bits hold what an event may be.
  std::uint32_t found_at_ = 0;    // the first string's name
  std::uint32_t rest_bytes_ = 0;  // all of the event but the string
  std::uint32_t found_name_ = 0;  // index into its names
  bool alone_ = false;            // it was the only one
};

}  // namespace tollway::dialects
