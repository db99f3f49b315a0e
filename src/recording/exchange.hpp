// One HTTP exchange with an upstream as it was seen on the wire.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace tollway::recording {

// What one read brought.
struct Chunk {
  std::chrono::milliseconds
      delay{};  // since the chunk before; since the answer's head for the first
  std::string data;
};

struct Exchange {
  std::string id;           // unique among the recordings it is kept with
  std::string recorded_at;  // "2026-01-07T04:55:49.506Z", or empty when unknown

  std::string method;        // "POST"
  std::string path;          // with its query: "/v1/messages?beta=true"
  std::string request_body;  // as sent; empty for none

  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // a selection, see make_exchange()
  bool streamed = false;  // chunks hold the reads of a stream; else there is one, the whole body
  std::vector<Chunk> chunks;  // framing and content coding removed
  bool cut = false;           // the connection broke before the answer was complete
};

}  // namespace tollway::recording
