// Bytes from a connection: an answer where they begin like one, requests otherwise.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "cuts.hpp"
#include "http/head_writer.hpp"
#include "http/message_parser.hpp"
#include "http/message_parser_test.hpp"
#include "require.hpp"

namespace tollway {
namespace {

using fuzz::require;
using http::MessageParser;

constexpr MessageParser::Limits limits{.head_bytes_max = 1024, .header_count_max = 16};

// However the bytes are cut into reads, they come to the same messages.
void check_cuts(MessageParser::Kind kind, std::string_view bytes) {
  const http::Outcome whole = parse_cut(kind, bytes, {bytes.size()}, limits);
  require(same(parse_cut(kind, bytes, http::every_byte(bytes), limits), whole), "byte by byte");
  require(same(parse_cut(kind, bytes, fuzz::cuts_of(bytes, false), limits), whole), "in pieces");
  require(same(parse_cut(kind, bytes, fuzz::cuts_of(bytes, true), limits), whole), "in reads");
}

int count(const http::Head& head, std::string_view name) {
  int found = 0;
  for (std::size_t i = 0; i < head.header_count(); ++i) {
    found += http::equals_ignoring_case(head.header(i).name, name) ? 1 : 0;
  }
  return found;
}

// What was accepted has one reading: clean parts, one framing, and written anew it reads the same.
void check_head(MessageParser::Kind kind, std::string_view bytes) {
  MessageParser parser(kind, limits);
  const auto used = parser.parse_head(bytes);
  if (!used || !parser.head_complete()) return;
  require(*used <= bytes.size(), "no more is used than there is");
  const http::Head& head = parser.head();

  std::string written;
  http::HeadWriter writer(written);
  if (kind == MessageParser::Kind::request) {
    require(http::is_header_name(head.method()), "a method is a token");
    require(http::is_header_value(head.target()) && !head.target().contains(' '), "a target");
    require(count(head, "host") == 1 || head.is_http_1_0(), "one Host");
    writer.request(head.method(), head.target());
  } else {
    writer.status(head.status());
  }
  if (head.is_http_1_0()) {
    const bool first = kind == MessageParser::Kind::response;
    written.replace(first ? 0 : written.find(" HTTP/1.1\r\n") + 1, 8, "HTTP/1.0");
  }
  for (std::size_t i = 0; i < head.header_count(); ++i) {
    const http::Header header = head.header(i);
    require(http::is_header_name(header.name), "a name is a token");
    require(http::is_header_value(header.value), "a value has no control characters");
    writer.header(header.name, header.value);
  }
  writer.finish();
  require(count(head, "content-length") == (head.content_length() ? 1 : 0), "one length");
  require(count(head, "transfer-encoding") == (head.chunked() ? 1 : 0), "one coding");
  require(!head.chunked() || !head.content_length(), "one framing");

  MessageParser again(kind);
  const auto reread = again.parse_head(written);
  require(reread && *reread == written.size() && again.head_complete(), "read again");
  require(describe(again.head()) == describe(head), "read the same");
  require(again.message_complete() == parser.message_complete(), "ends the same");
}

}  // namespace
}  // namespace tollway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto kind = bytes.starts_with("HTTP/") ? tollway::http::MessageParser::Kind::response
                                               : tollway::http::MessageParser::Kind::request;
  tollway::check_cuts(kind, bytes);
  tollway::check_head(kind, bytes);
  return 0;
}
