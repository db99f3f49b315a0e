#include "net/held_sends.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <new>

namespace tollway::net {
namespace {

// Sockets have the option already (socket.cpp): to set it anew sends what the kernel holds.
void push(int socket) noexcept {
  const int on = 1;
  static_cast<void>(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
}

}  // namespace

void HeldSends::hold(int socket) noexcept {
  if (!sockets_.empty() && sockets_.back() == socket) return;
  if (sockets_.size() == held_max) release();
  sockets_.push_back(socket);  // there is room: it throws nothing
  if (releases_) return;
  try {
    asio::post(io_, [this] {
      releases_ = false;
      release();
    });
    releases_ = true;
  } catch (const std::bad_alloc&) {
    release();
  }
}

void HeldSends::release() noexcept {
  for (const int socket : sockets_) push(socket);
  sockets_.clear();
}

}  // namespace tollway::net
