// Text whose tokens are to be counted later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollway::llm {

// The beginning of a text, and how long all of it is: what is behind the beginning is taken to have
// as many tokens a byte.
struct TextSample {
  static constexpr std::size_t kept_bytes_max = 16 * 1024;

  std::string kept;
  std::uint64_t bytes = 0;  // of the whole text

  void add(std::string_view text) {
    bytes += text.size();
    if (kept.size() < kept_bytes_max) kept += text.substr(0, kept_bytes_max - kept.size());
  }
};

}  // namespace tollway::llm
