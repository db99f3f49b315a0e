// What somebody may have meant who mistyped a name.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollway {

// Those of `candidates` that are near `word`, nearest first, at most `count`: at most a third of
// its characters differ (an exchange of neighbours is one difference), or it is a part of them.
// Compares without regard to case. Words of more than 200 characters are near nothing.
[[nodiscard]] std::vector<std::string_view> nearest(std::string_view word,
                                                    std::span<const std::string_view> candidates,
                                                    std::size_t count = 3);

// " Did you mean a, b or c?", ready to be appended; empty where nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> candidates);

}  // namespace tollway
