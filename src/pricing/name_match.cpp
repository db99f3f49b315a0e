#include "pricing/name_match.hpp"

#include <algorithm>

namespace tollway::pricing {

bool NameMatch::matches(std::string_view name) const {
  const auto matched = [name](const NameMatch& rule) { return rule.matches(name); };
  switch (kind) {
    case Kind::equals:
      return name == text;
    case Kind::starts_with:
      return name.starts_with(text);
    case Kind::ends_with:
      return name.ends_with(text);
    case Kind::contains:
      return name.contains(text);
    case Kind::regex:
      return std::regex_search(name.begin(), name.end(), *pattern);
    case Kind::any:
      return std::ranges::any_of(rules, matched);
    case Kind::all:
      return std::ranges::all_of(rules, matched);
  }
  return false;
}

}  // namespace tollway::pricing
