// The few socket calls the benchmark programs share. IPv4 loopback only; any failure at start-up
// ends the program with a message, as nothing can be measured then.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

namespace tollway::bench {

using Clock = std::chrono::steady_clock;

[[noreturn]] inline void die(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

// Owns one descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_ = -1;
};

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline void set_no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// The sockets interface takes every address family through one pointer type.
inline sockaddr* generic(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

inline Fd listen_on_loopback(std::uint16_t port) {
  Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (listener.get() < 0) die("socket");
  const int on = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = loopback(port);
  if (::bind(listener.get(), generic(address), sizeof address) != 0) die("bind");
  if (::listen(listener.get(), 4096) != 0) die("listen");
  return listener;
}

inline std::uint16_t bound_port(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(listener, generic(address), &size) != 0) die("getsockname");
  return ntohs(address.sin_port);
}

// Connected, then made non-blocking: on loopback connecting is immediate.
inline Fd connect_to_loopback(std::uint16_t port) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) die("socket");
  sockaddr_in address = loopback(port);
  if (::connect(socket.get(), generic(address), sizeof address) != 0) die("connect");
  set_no_delay(socket.get());
  return socket;
}

// Level-triggered epoll with 64 bits of the caller's own per descriptor.
class Epoll {
 public:
  Epoll() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (fd_.get() < 0) die("epoll_create1");
  }
  void add(int fd, std::uint32_t events, std::uint64_t tag) {
    control(EPOLL_CTL_ADD, fd, events, tag);
  }
  void change(int fd, std::uint32_t events, std::uint64_t tag) {
    control(EPOLL_CTL_MOD, fd, events, tag);
  }
  // Waits until something happens or `until`, to the microsecond: rounding to milliseconds would
  // send the chunks of many streams in bursts. Clock::time_point::max() waits for ever.
  [[nodiscard]] std::span<const epoll_event> wait(Clock::time_point until) {
    timespec left{};
    timespec* timeout = nullptr;
    if (until != Clock::time_point::max()) {
      const auto nanoseconds =
          std::max<std::int64_t>(0, std::chrono::nanoseconds(until - Clock::now()).count());
      left.tv_sec = nanoseconds / 1'000'000'000;
      left.tv_nsec = nanoseconds % 1'000'000'000;
      timeout = &left;
    }
    const int count = ::epoll_pwait2(fd_.get(), events_.data(), static_cast<int>(events_.size()),
                                     timeout, nullptr);
    if (count < 0 && errno != EINTR) die("epoll_pwait2");
    return std::span(events_).first(count < 0 ? 0 : static_cast<std::size_t>(count));
  }

 private:
  void control(int operation, int fd, std::uint32_t events, std::uint64_t tag) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag;
    if (::epoll_ctl(fd_.get(), operation, fd, &event) != 0) die("epoll_ctl");
  }

  Fd fd_;
  std::array<epoll_event, 512> events_{};
};

}  // namespace tollway::bench
