// Messages for tests and fuzzers, parsed in one read and in reads cut anywhere.
#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "http/message_parser.hpp"

namespace tollway::http {

using Kind = MessageParser::Kind;

// What a stream of bytes came to, in a form that tests compare.
struct Outcome {
  std::vector<std::string> heads;  // one a message: start line, then "name=value"
  std::vector<std::string> bodies;
  std::string error;
  Errc code = Errc::internal;
  bool unfinished = false;
  bool operator==(const Outcome&) const = default;
};

inline std::string describe(const Head& head) {
  std::string text(head.method());
  text += " " + std::string(head.target()) + " " + std::to_string(head.status());
  if (head.is_http_1_0()) text += " 1.0";
  if (head.keep_alive()) text += " keep-alive";
  if (head.chunked()) text += " chunked";
  if (head.content_length()) text += " length " + std::to_string(*head.content_length());
  for (std::size_t i = 0; i < head.header_count(); ++i) {
    text += "\n" + std::string(head.header(i).name) + "=" + std::string(head.header(i).value);
  }
  return text;
}

// Feeds `wire` in reads that end at `cuts`, as a connection would: bytes left over by a read stay.
inline Outcome parse_cut(Kind kind, std::string_view wire, const std::vector<std::size_t>& cuts,
                         MessageParser::Limits limits = {}) {
  Outcome outcome;
  MessageParser parser(kind, limits);
  std::string body;
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    // A buffer of the exact size lets the address sanitizer see an over-read.
    std::vector<char> read(wire.begin() + static_cast<std::ptrdiff_t>(begin),
                           wire.begin() + static_cast<std::ptrdiff_t>(cut));
    begin = cut;
    std::size_t at = 0;
    while (at < read.size()) {
      const std::span<char> rest = std::span(read).subspan(at);
      if (!parser.head_complete()) {
        const auto used = parser.parse_head({rest.data(), rest.size()});
        if (!used) {
          outcome.error = used.error().message;
          outcome.code = used.error().code;
          return outcome;
        }
        at += *used;
        if (parser.head_complete()) outcome.heads.push_back(describe(parser.head()));
      } else {
        const auto step = parser.parse_body(rest);
        if (!step) {
          outcome.error = step.error().message;
          outcome.code = step.error().code;
          return outcome;
        }
        body.append(rest.data(), step->payload);
        at += step->consumed;
      }
      if (parser.message_complete()) {
        outcome.bodies.push_back(body);
        body.clear();
        parser.reset();
      }
    }
  }
  outcome.unfinished = parser.head_begun();
  if (parser.ends_at_close() && parser.finish()) {
    outcome.unfinished = false;
    outcome.bodies.push_back(body);
  }
  return outcome;
}

inline std::vector<std::size_t> every_byte(std::string_view wire) {
  std::vector<std::size_t> cuts(wire.size());
  std::iota(cuts.begin(), cuts.end(), std::size_t{1});
  return cuts;
}

// The same as far as a caller can tell. Where an error is noticed may depend on the reads.
inline bool same(const Outcome& left, const Outcome& right) {
  return left.heads == right.heads && left.bodies == right.bodies && left.code == right.code &&
         left.error.empty() == right.error.empty() && left.unfinished == right.unfinished;
}

// In one read, byte by byte, and in two reads cut at every place. An outcome that depends on it is
// an error that no test expects.
inline Outcome parse(Kind kind, std::string_view wire, MessageParser::Limits limits = {}) {
  Outcome whole = parse_cut(kind, wire, {wire.size()}, limits);
  Outcome differs{{"differs when cut"}, {"differs when cut"}, "differs when cut"};
  if (!same(parse_cut(kind, wire, every_byte(wire), limits), whole)) return differs;
  for (const std::size_t cut : every_byte(wire)) {
    if (!same(parse_cut(kind, wire, {cut, wire.size()}, limits), whole)) return differs;
  }
  return whole;
}

inline Outcome parse_request(std::string_view wire) {
  return parse(Kind::request, wire);
}
inline Outcome parse_answer(std::string_view wire) {
  return parse(Kind::response, wire);
}

inline std::string post(std::string_view headers, std::string_view body = {}) {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:8484\r\n" + std::string(headers) +
         "\r\n" + std::string(body);
}
inline std::string chunked(std::string_view body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

}  // namespace tollway::http
