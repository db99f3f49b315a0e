// What is held of one turn of a loop goes out together at its end.
#pragma once

#include <cstddef>
#include <vector>

#include "net/types.hpp"

namespace tollway::net {

// To wake whoever waits for a message costs more than to send it. When the messages of a turn go
// out one right after the other, most of them find their reader awake. Belongs to one loop's
// thread.
class HeldSends {
 public:
  static constexpr std::size_t held_max = 32;  // sockets, so that nobody waits for a long turn

  explicit HeldSends(asio::io_context& io) : io_(io) { sockets_.reserve(held_max); }

  // The socket has been written to with MSG_MORE. What was written goes out when the loop has done
  // what is ready now, when the socket is closed or written to without the flag, or, whatever
  // happens, after the 200 ms that the kernel allows (tcp(7), TCP_CORK).
  void hold(int socket) noexcept;

 private:
  void release() noexcept;

  asio::io_context& io_;
  std::vector<int> sockets_;  // one that was closed meanwhile, or is another by now, does no harm
  bool releases_ = false;     // at the end of this turn
};

}  // namespace tollway::net
