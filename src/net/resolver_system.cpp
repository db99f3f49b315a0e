#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "net/resolver.hpp"

namespace tollway::net {
namespace {

std::string reason(int code, int system_error) {
  switch (code) {
    case EAI_NONAME:
      return "there is no such name";
    case EAI_NODATA:
      return "the name has no addresses";
    case EAI_AGAIN:
      return "the name servers gave no answer or a temporary failure";
    case EAI_FAIL:
      return "the name servers failed";
    case EAI_SYSTEM:
      return std::generic_category().message(system_error);
    default:
      return ::gai_strerror(code);
  }
}

asio::ip::address address_of(const addrinfo& info) {
  if (info.ai_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, info.ai_addr, sizeof v4);
    return asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  sockaddr_in6 v6;
  std::memcpy(&v6, info.ai_addr, sizeof v6);
  asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return asio::ip::address_v6(bytes, v6.sin6_scope_id);
}

}  // namespace

Result<Resolver::Addresses> look_up_by_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // else each address comes three times
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (code != 0) {
    return upstream_error(Errc::dns_failed,
                          fmt::format("looking up {} failed: {}", host, reason(code, errno)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, &::freeaddrinfo);
  Resolver::Addresses addresses;
  for (const addrinfo* info = list; info != nullptr; info = info->ai_next) {
    if (info->ai_family == AF_INET || info->ai_family == AF_INET6) {
      addresses.push_back(address_of(*info));
    }
  }
  return addresses;
}

}  // namespace tollway::net
