// Which names mean a model.
#pragma once

#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace tollway::pricing {

// A rule over a name, or several rules joined. Immutable after it was made.
struct NameMatch {
  enum class Kind : std::uint8_t { equals, starts_with, ends_with, contains, regex, any, all };
  Kind kind = Kind::equals;
  std::string text;                           // of the first four, in lower case
  std::shared_ptr<const std::regex> pattern;  // found anywhere in the name
  std::vector<NameMatch> rules;               // of any and all

  // `name` in lower case, at most names_max characters.
  [[nodiscard]] bool matches(std::string_view name) const;
  static constexpr std::size_t name_bytes_max = 256;
};

}  // namespace tollway::pricing
