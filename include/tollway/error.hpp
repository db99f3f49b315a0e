// What went wrong, whose fault it is, and whether another try can help.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "tollway/export.hpp"

namespace tollway {

// Who has to act for the error to go away.
enum class Source : std::uint8_t { client, upstream, internal };

// Where a further try could succeed: nowhere, at the same place, or at another one.
enum class Retry : std::uint8_t { never, same, elsewhere };

enum class Errc : std::uint8_t {
  // The client's doing.
  bad_request,         // malformed framing, header, JSON or field
  unauthenticated,     // no key or an unknown one
  forbidden,           // authenticated, but not allowed
  not_found,           // no such route, model or thing
  method_not_allowed,  // the route exists under another method
  request_timeout,     // the client took too long to send its request
  body_too_large,
  head_too_large,
  cancelled,       // the client left
  not_configured,  // a setting is missing; the message names it and its variable
  // The upstream's doing.
  dns_failed,
  connect_failed,  // refused, unreachable, or every address failed
  connect_timeout,
  address_refused,  // the dial guard forbids the address
  tls_failed,
  connection_lost,   // closed or reset before the message was complete
  upstream_timeout,  // first byte, next byte or total
  upstream_invalid,  // not HTTP, not JSON, or not what the route answers
  upstream_too_large,
  upstream_error,  // a well-formed answer that says it failed
  // Ours.
  overloaded,
  draining,
  internal,
};

// The name an operator sees in logs and access records: "connect_timeout".
[[nodiscard]] TOLLWAY_API std::string_view name_of(Errc code) noexcept;

struct Error {
  Errc code = Errc::internal;
  Source source = Source::internal;
  Retry retry = Retry::never;
  std::string message;  // what was expected, what came, what to do; safe to show to the client
  std::string context;  // where it happened, for the operator's log only
};

template <class T = void>
using Result = std::expected<T, Error>;

}  // namespace tollway
