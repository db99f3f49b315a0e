// Where a command listens, and how it tells.
#pragma once

#include <string>

#include "base/error.hpp"
#include "net/types.hpp"

namespace tollway {

// Reads "127.0.0.1:8484" or "[::1]:0": an address, not a name, and a port; port 0 picks one.
[[nodiscard]] Result<net::Tcp::endpoint> parse_listen_address(const std::string& text);

// "http://127.0.0.1:8484", or https.
[[nodiscard]] std::string url_of(const net::Tcp::endpoint& address, bool tls = false);

// Writes the port number and a newline, atomically, for scripts that started us with port 0.
[[nodiscard]] Result<> write_port_file(const std::string& file, std::uint16_t port);

}  // namespace tollway
