#include "gateway/relay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gateway/answer.hpp"
#include "http/head_writer.hpp"

namespace tollway::gateway {
namespace {

constexpr std::array<std::string_view, 23> kept_back{"connection",
                                                     "keep-alive",
                                                     "proxy-authenticate",
                                                     "proxy-authorization",
                                                     "te",
                                                     "trailer",
                                                     "transfer-encoding",
                                                     "upgrade",
                                                     "content-length",
                                                     "content-encoding",
                                                     "content-type",
                                                     "date",
                                                     "server",
                                                     "set-cookie",
                                                     "set-cookie2",
                                                     "alt-svc",
                                                     "strict-transport-security",
                                                     "nel",
                                                     "report-to",
                                                     "vary",
                                                     "via",
                                                     "x-request-id",
                                                     "request-id"};

constexpr std::size_t header_lines_usual = 1000;  // glibc keeps a quick list up to 1,032 bytes

bool is_kept_back(std::string_view name) {
  constexpr std::string_view cross_origin = "access-control-";
  if (name.size() > cross_origin.size() &&
      http::equals_ignoring_case(name.substr(0, cross_origin.size()), cross_origin)) {
    return true;
  }
  return std::ranges::any_of(
      kept_back, [name](std::string_view kept) { return http::equals_ignoring_case(name, kept); });
}

// Headers that the sender's Connection header names are for its own connection alone (RFC 9110,
// 7.6.1).
bool is_named_in(std::string_view connection, std::string_view name) {
  while (!connection.empty()) {
    const auto comma = std::min(connection.find(','), connection.size());
    auto token = connection.substr(0, comma);
    connection.remove_prefix(std::min(comma + 1, connection.size()));
    const auto begin = std::min(token.find_first_not_of(" \t"), token.size());
    token = token.substr(begin, token.find_last_not_of(" \t") - begin + 1);
    if (http::equals_ignoring_case(token, name)) return true;
  }
  return false;
}

bool is_event_stream(std::string_view content_type) {
  constexpr std::string_view event_stream = "text/event-stream";
  return http::equals_ignoring_case(content_type.substr(0, event_stream.size()), event_stream);
}

net::Task<Result<Relayed>> refuse(std::string message) {
  co_return upstream_error(Errc::upstream_invalid, std::move(message));
}

}  // namespace

void append_relayed_headers(const http::Head& head, std::string& lines) {
  http::HeadWriter writer(lines);
  const auto connection = head.find("connection").value_or(std::string_view());
  for (std::size_t i = 0; i < head.header_count(); ++i) {
    const http::Header header = head.header(i);
    if (is_kept_back(header.name) || is_named_in(connection, header.name)) continue;
    writer.header(header.name, header.value);
  }
}

net::Answer relayed_answer(const http::Head& head, std::string_view header_lines) {
  return {.status = head.status(),
          .content_type = head.find("content-type").value_or(std::string_view()),
          .header_lines = header_lines};
}

net::Task<Result<Relayed>> relay(Request& request, Attempt& attempt, net::ClientCall& call) {
  const http::Head& head = call.head();
  const int status = head.status();
  // The client's own HTTP library would follow a redirection, with the gateway's key in hand.
  if (status < 200 || (status >= 300 && status < 400)) {
    return refuse(fmt::format(
        "the provider answered with a redirection ({}), which is not followed", status));
  }
  const auto content_type = head.find("content-type").value_or(std::string_view());
  const bool streams = status == 200 && is_event_stream(content_type);
  // What was said to keep the client waiting has settled the kind of the answer.
  if (request.exchange.begun() && status == 200 && streams != request.streamed) {
    return refuse("the provider answered with another kind of content than was asked for");
  }
  attempt.streamed = streams;
  std::string lines;
  lines.reserve(header_lines_usual);
  append_relayed_headers(head, lines);
  append_own_headers(request, lines);
  return streams ? relay_stream(request, attempt, call, std::move(lines))
                 : relay_whole(request, attempt, call, std::move(lines));
}

}  // namespace tollway::gateway
