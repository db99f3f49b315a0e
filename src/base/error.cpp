#include "base/error.hpp"

#include <utility>

namespace tollway {

std::string_view name_of(Errc code) noexcept {
  switch (code) {
    case Errc::bad_request:
      return "bad_request";
    case Errc::unauthenticated:
      return "unauthenticated";
    case Errc::forbidden:
      return "forbidden";
    case Errc::not_found:
      return "not_found";
    case Errc::method_not_allowed:
      return "method_not_allowed";
    case Errc::request_timeout:
      return "request_timeout";
    case Errc::body_too_large:
      return "body_too_large";
    case Errc::head_too_large:
      return "head_too_large";
    case Errc::cancelled:
      return "cancelled";
    case Errc::not_configured:
      return "not_configured";
    case Errc::dns_failed:
      return "dns_failed";
    case Errc::connect_failed:
      return "connect_failed";
    case Errc::connect_timeout:
      return "connect_timeout";
    case Errc::address_refused:
      return "address_refused";
    case Errc::tls_failed:
      return "tls_failed";
    case Errc::connection_lost:
      return "connection_lost";
    case Errc::upstream_timeout:
      return "upstream_timeout";
    case Errc::upstream_invalid:
      return "upstream_invalid";
    case Errc::upstream_too_large:
      return "upstream_too_large";
    case Errc::upstream_error:
      return "upstream_error";
    case Errc::overloaded:
      return "overloaded";
    case Errc::draining:
      return "draining";
    case Errc::internal:
      return "internal";
  }
  return "internal";
}

std::unexpected<Error> client_error(Errc code, std::string message) {
  return std::unexpected(Error{code, Source::client, Retry::never, std::move(message), {}});
}

std::unexpected<Error> upstream_error(Errc code, std::string message, std::string context) {
  return std::unexpected(
      Error{code, Source::upstream, Retry::elsewhere, std::move(message), std::move(context)});
}

std::unexpected<Error> internal_error(std::string message, std::string context) {
  return std::unexpected(Error{Errc::internal, Source::internal, Retry::never, std::move(message),
                               std::move(context)});
}

}  // namespace tollway
