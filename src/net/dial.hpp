// TCP connections to names and addresses: the one place where this program connects to anything.
#pragma once

#include <cstdint>
#include <string>

#include "net/abort.hpp"
#include "net/dial_guard.hpp"
#include "net/loop.hpp"
#include "net/resolver.hpp"

namespace tollway::net {

struct DialTarget {
  std::string host;  // a name, or a literal address without brackets
  std::uint16_t port = 0;
  AddressPolicy addresses = AddressPolicy::public_only;
};

// Resolves, checks every address and connects to the one that was checked. Happy Eyeballs, version
// 2 (RFC 8305): the families take turns, the next address is tried when one fails or after
// limits::happy_eyeballs_delay, the first that connects wins and the others are closed. The
// socket comes with TCP_NODELAY.
// Errors: dns_failed, address_refused (all addresses were), connect_failed, connect_timeout (at
// `deadline`), each saying what was tried and why it failed; or the abort's reason.
[[nodiscard]] Task<Result<TcpSocket>> dial(Loop& loop, Resolver& resolver, DialTarget target,
                                           TimePoint deadline, Abort& abort);

// The order in which addresses are tried: as given, but with the families taking turns.
[[nodiscard]] Resolver::Addresses with_families_interleaved(const Resolver::Addresses& addresses);

}  // namespace tollway::net
