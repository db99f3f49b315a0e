// Text whose tokens are to be counted later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollway::llm {

// A text up to a limit, and how long all of it is: what is behind the limit is taken to have as
// many tokens a byte as what is before it.
struct TextSample {
  // Some 60,000 tokens. It is kept as long as the request lasts, so that it bounds what each costs.
  static constexpr std::size_t kept_bytes_max = 256 * 1024;

  std::string kept;         // ends between two characters
  std::uint64_t bytes = 0;  // of the whole text

  void add(std::string_view text) {
    const bool whole = bytes == kept.size();
    bytes += text.size();
    if (whole) kept += text.substr(0, fitting(text, kept_bytes_max - kept.size()));
  }

 private:
  // How much of it fits without cutting a character of UTF-8.
  static std::size_t fitting(std::string_view text, std::size_t size) noexcept {
    if (text.size() <= size) return text.size();
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
    return size;
  }
};

}  // namespace tollway::llm
