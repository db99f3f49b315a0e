// Where a stream of bytes is cut into reads.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tollway::fuzz {

// Ends of reads of 1 to 16 bytes, or of 1 to 64 where `coarse`. They follow from the bytes, so that
// an input is the whole of a finding and a corpus stays readable.
inline std::vector<std::size_t> cuts_of(std::string_view bytes, bool coarse) {
  std::vector<std::size_t> cuts;
  std::size_t state = 0x9E3779B97F4A7C15u + bytes.size();
  for (std::size_t at = 0; at < bytes.size();) {
    state = (state ^ static_cast<unsigned char>(bytes[at])) * 0x100000001B3u;
    at += 1 + (state >> 32) % (coarse ? 64 : 16);
    cuts.push_back(at < bytes.size() ? at : bytes.size());
  }
  return cuts;
}

}  // namespace tollway::fuzz
