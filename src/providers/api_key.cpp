#include "providers/api_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "http/head.hpp"

namespace tollway::providers {
namespace {

constexpr std::size_t key_bytes_max = 8192;
// What a vendor without prefixes of its own could not have by chance.
constexpr std::size_t telling_bytes = 3;
// A Tollway gateway's own key, which opens whatever provider's URL leads to one.
constexpr std::string_view gateway_key_prefix = "sk-tw-";

std::string_view without_surroundings(std::string_view key) {
  constexpr std::string_view around = " \t\r\n\v\f\"'`";
  const std::size_t begin = key.find_first_not_of(around);
  if (begin == std::string_view::npos) return {};
  return key.substr(begin, key.find_last_not_of(around) - begin + 1);
}

std::size_t longest_prefix(std::string_view key, const Description& description) {
  std::size_t longest = 0;
  for (const std::string& prefix : description.api_key.prefixes) {
    if (key.starts_with(prefix)) longest = std::max(longest, prefix.size());
  }
  return longest;
}

}  // namespace

TrimmedKey trim_key(const Secret& key) {
  constexpr std::string_view scheme = "bearer ";
  std::string_view text = without_surroundings(key.reveal());
  if (http::equals_ignoring_case(text.substr(0, scheme.size()), scheme)) {
    text = without_surroundings(text.substr(scheme.size()));
  }
  return {Secret(std::string(text)), text.size() != key.reveal().size()};
}

bool is_usable_key(std::string_view key) noexcept {
  return !key.empty() && key.size() <= key_bytes_max &&
         std::ranges::all_of(key, [](char byte) { return byte > 0x20 && byte < 0x7f; });
}

Secret credential(const Secret& key, bool bare) {
  constexpr std::string_view scheme = "Bearer ";
  std::string value;
  value.reserve(scheme.size() + key.reveal().size());  // growing would leave a copy behind
  if (!bare) value = scheme;
  value += key.reveal();
  return Secret(std::move(value));
}

std::string other_vendor(std::string_view key, const Description& own,
                         std::span<const DescriptionPointer> all) {
  if (key.starts_with(gateway_key_prefix)) return {};
  const std::size_t mine = longest_prefix(key, own);
  std::size_t longest = std::max(mine, telling_bytes - 1);
  std::vector<std::string_view> names;
  for (const auto& description : all) {
    const std::size_t theirs = longest_prefix(key, *description);
    if (theirs <= mine || theirs < longest || description->key == own.key) continue;
    if (theirs > longest) names.clear();
    longest = theirs;
    names.push_back(description->name);
  }
  return fmt::format("{}", fmt::join(names, " or "));
}

}  // namespace tollway::providers
