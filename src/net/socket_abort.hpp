// An abort that ends what a socket is doing.
#pragma once

#include "net/abort.hpp"
#include "net/socket.hpp"

namespace tollway::net {

// While it lives, the abort's firing fails the socket with the abort's reason; at once if it has
// fired before. Both must outlive it.
class SocketAbort {
 public:
  SocketAbort(Abort& abort, Socket& socket)
      : abort_(abort), socket_(socket), hook_(abort, &SocketAbort::on_abort, this) {
    if (abort.fired()) socket.fail(abort.reason());
  }
  SocketAbort(const SocketAbort&) = delete;
  SocketAbort& operator=(const SocketAbort&) = delete;

 private:
  static void on_abort(void* self) {
    const auto& link = *static_cast<SocketAbort*>(self);
    link.socket_.fail(link.abort_.reason());
  }

  Abort& abort_;
  Socket& socket_;
  Abort::Hook hook_;
};

}  // namespace tollway::net
