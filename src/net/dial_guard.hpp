// Which addresses this program connects to.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>

#include "base/error.hpp"

namespace tollway::net {

// Origins from the operator's own configuration may be private; others must be public.
enum class AddressPolicy : std::uint8_t { public_only, private_allowed };

// Whether `address` may be dialled. Cloud metadata services and link-local addresses never may,
// whatever the policy: what answers there hands out credentials. public_only refuses in addition
// all that the IANA special-purpose registries (RFC 6890) do not call globally reachable, and
// multicast. IPv6 addresses that carry an IPv4 one (mapped, compatible, translated, 6to4, NAT64)
// are judged by both. The error is Errc::address_refused and names the address and the reason.
//
// To be called with the very address that is connected to next, never with a name (tests.md S02).
[[nodiscard]] Result<> check_address(const boost::asio::ip::address& address, AddressPolicy policy);

}  // namespace tollway::net
