// A request to the demonstration provider and its answer, without sockets.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollway::demo {

// What makes two answers to the same request differ. Passed in, so that tests can fix it.
struct Moment {
  std::int64_t unix_seconds = 0;
  std::string id;                       // "gen-1767761758-Ab3..."
  std::chrono::milliseconds token_gap;  // between two tokens of a stream
};

struct Question {
  std::string_view method;
  std::string_view path;  // below the base URL, without query: "chat/completions"
  std::string_view body;
  const Moment& moment;
};

// One write.
struct Piece {
  std::chrono::milliseconds delay{};  // since the write before
  std::string data;
};

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<Piece> pieces;
  bool cut = false;  // the connection breaks after the last piece
};

}  // namespace tollway::demo
