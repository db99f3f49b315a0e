// An upstream's answer on its way to the client.
#pragma once

#include <string>

#include "gateway/request.hpp"
#include "net/client.hpp"

namespace tollway::gateway {

enum class Relayed : std::uint8_t {
  answered,  // the client has its answer, whole or ended by an error in its dialect
  refused,   // the answer says that it failed: it is in Attempt::refusal
};

// Relays the answer whose head `call` has read: event streams event by event, everything else
// whole where it is small enough to be checked first. Until the first content of a stream, or the
// end of another answer, the client gets nothing of it (at most limits::held_stream_bytes_max are
// held), so that another answer may take its place: after a refusal, and after an error where the
// attempt is not committed.
[[nodiscard]] net::Task<Result<Relayed>> relay(Request& request, Attempt& attempt,
                                               net::ClientCall& call);

// relay() for an event stream (relay_stream.cpp) and for any other answer (relay_whole.cpp), with
// the header lines that go to the client.
[[nodiscard]] net::Task<Result<Relayed>> relay_stream(Request& request, Attempt& attempt,
                                                      net::ClientCall& call,
                                                      std::string header_lines);
[[nodiscard]] net::Task<Result<Relayed>> relay_whole(Request& request, Attempt& attempt,
                                                     net::ClientCall& call,
                                                     std::string header_lines);

// The answer's head for the client. `header_lines` must last as long as it does.
[[nodiscard]] net::Answer relayed_answer(const http::Head& head, std::string_view header_lines);

// Appends the header lines that pass from an answer to the client: all but those of the connection,
// those that the server writes itself, cookies, and the upstream's own policies for browsers.
void append_relayed_headers(const http::Head& head, std::string& lines);

}  // namespace tollway::gateway
