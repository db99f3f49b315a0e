// The way to an https origin through a proxy.
#pragma once

#include <string>
#include <string_view>

#include "net/client.hpp"

namespace tollway::net {

// The settings that these two variables' values ask for; empty means unset. The proxy's URL is
// "http://[user:password@]host[:port]", percent-encoded where need be.
[[nodiscard]] Result<ProxySettings> parse_proxy_settings(std::string_view https_proxy,
                                                         std::string_view no_proxy);

// Whether connections to `origin` go through the proxy: https origins do, unless NO_PROXY holds
// "*", the host itself, or a domain that the host lies in (with or without a leading dot), each
// with an optional port.
[[nodiscard]] bool uses_proxy(const ProxySettings& settings, const http::Origin& origin);

// Asks the proxy at the other end of `socket` for a tunnel to `origin`, within the socket's
// deadline. Errors: connect_failed (the proxy refused, naming its status), upstream_invalid, or
// the socket's.
[[nodiscard]] Task<Result<>> open_tunnel(Socket& socket, const ProxySettings& settings,
                                         const http::Origin& origin);

}  // namespace tollway::net
