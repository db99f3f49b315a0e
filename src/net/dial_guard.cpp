#include "net/dial_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace tollway::net {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

constexpr std::string_view metadata = "a cloud's metadata service";
constexpr std::string_view link_local = "link-local";
constexpr std::string_view documentation = "for documentation only";
constexpr std::string_view benchmarking = "for benchmarks only";
constexpr std::string_view local_network = "on a private network";

struct Range4 {
  std::array<unsigned char, 4> prefix;
  int bits;
  std::string_view what;
};

constexpr std::array always4{
    Range4{{169, 254, 0, 0}, 16, link_local},  // holds 169.254.169.254 and 169.254.170.2
    Range4{{100, 100, 100, 200}, 32, metadata},
    Range4{{168, 63, 129, 16}, 32, metadata},
    Range4{{192, 0, 0, 192}, 32, metadata},
};

constexpr std::array not_public4{
    Range4{{0, 0, 0, 0}, 8, "unspecified"},
    Range4{{10, 0, 0, 0}, 8, local_network},
    Range4{{100, 64, 0, 0}, 10, "behind a carrier's NAT"},
    Range4{{127, 0, 0, 0}, 8, "loopback"},
    Range4{{172, 16, 0, 0}, 12, local_network},
    Range4{{192, 0, 0, 0}, 24, "for protocol assignments"},
    Range4{{192, 0, 2, 0}, 24, documentation},
    Range4{{192, 88, 99, 0}, 24, "a 6to4 relay"},
    Range4{{192, 168, 0, 0}, 16, local_network},
    Range4{{198, 18, 0, 0}, 15, benchmarking},
    Range4{{198, 51, 100, 0}, 24, documentation},
    Range4{{203, 0, 113, 0}, 24, documentation},
    Range4{{224, 0, 0, 0}, 4, "multicast"},
    Range4{{240, 0, 0, 0}, 4, "reserved"},
};

struct Range6 {
  std::array<unsigned char, 16> prefix;
  int bits;
  std::string_view what;
};

constexpr std::array always6{
    Range6{{0xfe, 0x80}, 10, link_local},
    Range6{{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, metadata},
    Range6{{0xfd, 0x20, 0x00, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, metadata},
};

constexpr std::array not_public6{
    Range6{{0x20, 0x01}, 23, "for protocol assignments"},  // Teredo, ORCHID, benchmarking
    Range6{{0x20, 0x01, 0x0d, 0xb8}, 32, documentation},
    Range6{{0x3f, 0xff}, 20, documentation},
};

// The only space that is globally unicast today (RFC 4291, 2.4).
constexpr Range6 global_unicast{{0x20}, 3, ""};

// Where an IPv4 address lies inside an IPv6 one.
struct Carrier {
  Range6 range;
  std::array<std::size_t, 4> at;  // of its bytes
};

constexpr std::array<std::size_t, 4> last_four{12, 13, 14, 15};

constexpr std::array carriers{
    Carrier{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "IPv4-mapped"}, last_four},
    Carrier{{{}, 96, "IPv4-compatible"}, last_four},
    Carrier{{{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "IPv4-translated"}, last_four},
    Carrier{{{0x20, 0x02}, 16, "6to4"}, {2, 3, 4, 5}},
    Carrier{{{0x00, 0x64, 0xff, 0x9b}, 96, "NAT64"}, last_four},
    // RFC 8215's own NAT64 space, in the two ways that RFC 6052 would fill it.
    Carrier{{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, "NAT64"}, last_four},
    Carrier{{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, "NAT64"}, {6, 7, 9, 10}},
};

template <std::size_t Size>
bool within(const std::array<unsigned char, Size>& bytes,
            const std::array<unsigned char, Size>& prefix, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(prefix.begin(), prefix.begin() + static_cast<std::ptrdiff_t>(whole),
                  bytes.begin())) {
    return false;
  }
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<unsigned char>(0xff << (8 - rest));
  return (bytes[whole] & mask) == (prefix[whole] & mask);
}

// Why an address is refused; nullopt where it is not.
using Reason = std::optional<std::string>;

template <class Ranges, class Bytes>
Reason refused_by(const Ranges& ranges, const Bytes& bytes) {
  for (const auto& range : ranges) {
    if (within(bytes, range.prefix, range.bits)) return std::string(range.what);
  }
  return std::nullopt;
}

Reason refused(const address_v4::bytes_type& bytes, AddressPolicy policy) {
  if (auto reason = refused_by(always4, bytes)) return reason;
  if (policy == AddressPolicy::private_allowed) return std::nullopt;
  return refused_by(not_public4, bytes);
}

Reason refused(const address_v6::bytes_type& bytes, AddressPolicy policy) {
  if (auto reason = refused_by(always6, bytes)) return reason;
  const bool loopback = address_v6(bytes).is_loopback();
  bool carried = false;
  for (const auto& carrier : carriers) {
    if (!within(bytes, carrier.range.prefix, carrier.range.bits)) continue;
    const address_v4::bytes_type inner{bytes[carrier.at[0]], bytes[carrier.at[1]],
                                       bytes[carrier.at[2]], bytes[carrier.at[3]]};
    if (const auto reason = refused(inner, policy); reason && !loopback) {
      return fmt::format("{}, as the {} form of {}", *reason, carrier.range.what,
                         address_v4(inner).to_string());
    }
    carried = true;
  }
  if (policy == AddressPolicy::private_allowed) return std::nullopt;
  if (loopback) return "loopback";
  if (auto reason = refused_by(not_public6, bytes)) return reason;
  if (!carried && !within(bytes, global_unicast.prefix, global_unicast.bits)) {
    return "not globally reachable";
  }
  return std::nullopt;
}

}  // namespace

Result<> check_address(const address& address, AddressPolicy policy) {
  const auto reason = address.is_v4() ? refused(address.to_v4().to_bytes(), policy)
                                      : refused(address.to_v6().to_bytes(), policy);
  if (!reason) return {};
  return upstream_error(Errc::address_refused,
                        fmt::format("{} is refused: it is {}", address.to_string(), *reason));
}

}  // namespace tollway::net
