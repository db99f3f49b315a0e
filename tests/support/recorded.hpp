// Recorded exchanges of ../shared/recordings, as tests ask and compare.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/http_message.hpp"

namespace tollway::test {

struct Recorded {
  std::string name;  // of its file
  std::string path;
  json::value request_body;
  int status = 0;
  bool is_stream = false;
  std::string answer_body;  // all of it, however it came in pieces
};

// Those of one vendor, by name; empty where the recordings are not there.
[[nodiscard]] std::vector<Recorded> read_recordings(const std::filesystem::path& folder);
// ../shared/recordings/<vendor>
[[nodiscard]] std::filesystem::path recordings_of(std::string_view vendor);

}  // namespace tollway::test
