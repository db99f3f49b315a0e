// What a fuzzer holds true.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace tollway::fuzz {

// Ends the process where `holds` is false, also in builds without assertions: that is how libFuzzer
// and the replay of a corpus learn of a finding.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace tollway::fuzz
