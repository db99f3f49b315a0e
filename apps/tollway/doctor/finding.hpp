// What `tollway doctor` looks at, and what it finds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "installation.hpp"

namespace tollway::doctor {

enum class State : std::uint8_t { ok, warning, broken };
[[nodiscard]] std::string_view name_of(State state) noexcept;

struct Finding {
  std::string check;    // "configuration", "data", "disk", "keys", "reachability", "tls", "clock"
  std::string subject;  // a path, a provider, a setting
  State state = State::ok;
  std::string message;
  std::string remedy;  // what to do; empty where nothing is to be done
};
using Findings = std::vector<Finding>;

// The data directory: is it there, private, writable, on a disk with space left.
[[nodiscard]] Findings examine_directory(const std::string& directory);
// The files that were read, what was odd about them, and descriptors that are broken.
[[nodiscard]] Findings examine_configuration(const Installation& installation);
// Providers that are set up, and the one that is used when none is named, side by side: is there a
// key, does a connection come about, is its certificate good, is the key accepted, and does the
// clock agree with theirs. Blocks for a minute at most.
[[nodiscard]] Findings examine_providers(const Installation& installation);

// How far this clock may be from a provider's before it matters.
inline constexpr auto clock_difference_max = std::chrono::seconds(60);

}  // namespace tollway::doctor
