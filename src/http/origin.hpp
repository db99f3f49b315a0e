// Where a request goes, and where a credential may go: scheme, host and port.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tollway::http {

struct Origin {
  bool tls = true;
  std::string host;  // lower case; an IPv6 literal without its brackets, in its shortest form
  std::uint16_t port = 443;

  bool operator==(const Origin&) const = default;
  // "https://host:port", the port always written; IPv6 in brackets. A key for pools and messages.
  [[nodiscard]] std::string to_string() const;
  // The Host header: "host", or "host:port" where the port is not the scheme's own.
  [[nodiscard]] std::string host_header() const;
};

struct Url {
  Origin origin;
  std::string path;  // "/api/v1", without trailing slash; "" for none
  // "user:password", percent-decoded; only where parse_url was told to allow it (a proxy's URL).
  std::string userinfo;
};

// Reads http:// and https:// URLs strictly: no userinfo unless allowed, no fragment, no query, no
// white space, control characters or backslash, only ASCII; a port of 1 to 65535; a path without
// empty and dot segments; a host of letters, digits, ".", "-" and "_", or an IPv6 literal in
// brackets without zone. A host that is a number in disguise (octal, hexadecimal, one or two parts)
// is refused rather than guessed (tests.md S01). Which addresses may be dialled is not decided
// here. The message of an error (Errc::bad_request) says what was expected and quotes nothing, as a
// URL may hold a password.
[[nodiscard]] Result<Url> parse_url(std::string_view text, bool allow_userinfo = false);

}  // namespace tollway::http
