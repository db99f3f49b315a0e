#include "support/own_network.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>

#include "support/temporary_directory.hpp"

namespace tollway::test {
namespace {

bool raise_loopback() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq interface{};
  std::strcpy(interface.ifr_name, "lo");
  bool up = ::ioctl(socket, SIOCGIFFLAGS, &interface) == 0;
  interface.ifr_flags |= IFF_UP;
  up = up && ::ioctl(socket, SIOCSIFFLAGS, &interface) == 0;
  ::close(socket);
  return up;
}

// Changes this thread's view of the world alone.
bool enter(const std::string& resolv_conf_file) {
  return ::unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 &&
         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount(resolv_conf_file.c_str(), "/etc/resolv.conf", nullptr, MS_BIND, nullptr) == 0 &&
         raise_loopback();
}

constexpr std::size_t dns_header_bytes = 12;

}  // namespace

bool in_own_network(const std::string& resolv_conf, const std::function<void()>& body) {
  const TemporaryDirectory files;
  const auto file = files.write("resolv.conf", resolv_conf);
  bool entered = false;
  std::exception_ptr thrown;
  std::thread thread([&] {
    entered = enter(file.string());
    try {
      if (entered) body();
    } catch (...) {
      thrown = std::current_exception();
    }
  });
  thread.join();
  if (thrown) std::rethrow_exception(thrown);
  return entered;
}

DnsServer::DnsServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(53);
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot serve names");
  }
  thread_ = std::thread([this] { run(); });
}

DnsServer::~DnsServer() {
  stopping_.set();
  thread_.join();
  ::close(socket_);
}

DnsServer::Reply DnsServer::reply_for(std::string_view query) noexcept {
  // The name begins behind the header, each label after its length.
  const auto name = query.substr(std::min(dns_header_bytes + 1, query.size()));
  if (name.starts_with("nxdomain")) return Reply::nxdomain;
  if (name.starts_with("servfail")) return Reply::servfail;
  if (name.starts_with("silence")) return Reply::silence;
  if (name.starts_with("rebind")) return Reply::rebinding;
  return Reply::loopback;
}

void DnsServer::run() {
  std::array<pollfd, 2> watched{{{socket_, POLLIN, 0}, {stopping_.descriptor(), POLLIN, 0}}};
  while (::poll(watched.data(), watched.size(), -1) >= 0 || errno == EINTR) {
    if (watched[1].revents != 0) return;
    if (watched[0].revents == 0) continue;
    std::array<char, 512> buffer{};
    sockaddr_in peer{};
    socklen_t peer_size = sizeof peer;
    auto* const peer_address = reinterpret_cast<sockaddr*>(&peer);
    const auto size =
        ::recvfrom(socket_, buffer.data(), buffer.size(), 0, peer_address, &peer_size);
    if (size < static_cast<long>(dns_header_bytes + 5)) continue;
    ++queries_;
    const std::string_view query(buffer.data(), static_cast<std::size_t>(size));
    const auto reply = reply_for(query);
    if (reply == Reply::silence) continue;
    // The question: labels up to an empty one, then type and class. What follows (EDNS) is dropped.
    const auto question_end = query.find('\0', dns_header_bytes) + 5;
    std::string answer(query.substr(0, question_end));
    const bool address_asked = answer[question_end - 3] == 1;  // type A
    const bool names_address = reply == Reply::loopback || reply == Reply::rebinding;
    const bool has_record = names_address && address_asked;
    answer[2] = static_cast<char>(0x81);  // an answer, recursion desired
    answer[3] = static_cast<char>(0x80 | (reply == Reply::nxdomain   ? 3
                                          : reply == Reply::servfail ? 2
                                                                     : 0));
    answer[7] = has_record ? 1 : 0;  // answers
    answer[11] = 0;                  // additional records
    // The question's name again, type A, class IN, no caching, four bytes.
    if (has_record) answer.append("\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1", 16);
    if (has_record && reply == Reply::rebinding && !std::exchange(rebound_, true)) {
      answer.replace(answer.size() - 4, 4, "\x08\x08\x08\x08");
    }
    ::sendto(socket_, answer.data(), answer.size(), 0, peer_address, peer_size);
  }
}

}  // namespace tollway::test
