// An upstream's answer on its way to the client.
#pragma once

#include <string>

#include "gateway/request.hpp"
#include "net/client.hpp"

namespace tollway::gateway {

// Relays the answer whose head `call` has read: event streams event by event, everything else
// whole where it is small enough to be checked first. Errors that come back without an answer begun
// are the caller's to answer.
[[nodiscard]] net::Task<Result<>> relay(Request& request, net::ClientCall& call);

// relay() for an event stream (relay_stream.cpp) and for any other answer (relay_whole.cpp), with
// the header lines that go to the client.
[[nodiscard]] net::Task<Result<>> relay_stream(Request& request, net::ClientCall& call,
                                               std::string header_lines);
[[nodiscard]] net::Task<Result<>> relay_whole(Request& request, net::ClientCall& call,
                                              std::string header_lines);

// The answer's head for the client. `header_lines` must last as long as it does.
[[nodiscard]] net::Answer relayed_answer(const http::Head& head, std::string_view header_lines);

// Appends the header lines that pass from an answer to the client: all but those of the connection,
// those that the server writes itself, cookies, and the upstream's own policies for browsers.
void append_relayed_headers(const http::Head& head, std::string& lines);

}  // namespace tollway::gateway
