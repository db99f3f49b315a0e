#include "base/nearest.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tollway {
namespace {

constexpr std::size_t word_bytes_max = 200;

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
  });
  return lowered;
}

// Optimal string alignment: insertions, deletions, substitutions and exchanges of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  using Row = std::array<std::size_t, word_bytes_max + 1>;
  Row before{};
  Row previous{};
  Row current{};
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    before = previous;
    previous = current;
  }
  return previous[b.size()];
}

}  // namespace

std::vector<std::string_view> nearest(std::string_view word,
                                      std::span<const std::string_view> candidates,
                                      std::size_t count) {
  if (word.empty() || word.size() > word_bytes_max) return {};
  const std::string wanted = lower(word);
  const std::size_t distance_max = std::max<std::size_t>(1, word.size() / 3);
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > word_bytes_max) continue;
    const std::string offered = lower(candidate);
    std::size_t differs = distance(wanted, offered);
    if (differs > distance_max && wanted.size() >= 3 && offered.contains(wanted)) {
      differs = distance_max;
    }
    if (differs <= distance_max) found.emplace_back(differs, candidate);
  }
  std::ranges::sort(found);
  if (found.size() > count) found.resize(count);
  std::vector<std::string_view> names;
  for (const auto& [differs, name] : found) names.push_back(name);
  return names;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const auto names = nearest(word, candidates);
  if (names.empty()) return {};
  std::string text = " Did you mean ";
  for (std::size_t at = 0; at < names.size(); ++at) {
    if (at > 0) text += at + 1 == names.size() ? " or " : ", ";
    text += names[at];
  }
  return text + "?";
}

}  // namespace tollway
