#include "listening.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace tollway {

Result<net::Tcp::endpoint> parse_listen_address(const std::string& text) {
  const auto refused = [&text] {
    return client_error(
        Errc::bad_request,
        fmt::format("expected an address and a port such as 127.0.0.1:8484 or [::1]:0, came \"{}\"",
                    text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return refused();
  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + colon + 1, end, port);
  boost::system::error_code code;
  const auto address = net::asio::ip::make_address(host, code);
  if (code || read.ec != std::errc() || read.ptr != end || address.is_v6() != bracketed) {
    return refused();
  }
  return net::Tcp::endpoint(address, port);
}

std::string url_of(const net::Tcp::endpoint& address, bool tls) {
  const auto host = address.address().to_string();
  return fmt::format(fmt::runtime(address.address().is_v6() ? "{}://[{}]:{}" : "{}://{}:{}"),
                     tls ? "https" : "http", host, address.port());
}

Result<> write_port_file(const std::string& file, std::uint16_t port) {
  const std::string unfinished = file + ".part";
  std::ofstream stream(unfinished);
  stream << port << '\n';
  stream.close();
  if (!stream || std::rename(unfinished.c_str(), file.c_str()) != 0) {
    return internal_error(
        fmt::format("cannot write the port file {}: {}", file, std::strerror(errno)));
  }
  return {};
}

}  // namespace tollway
