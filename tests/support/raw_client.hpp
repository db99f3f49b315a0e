// A client that sends exactly the bytes it is told, and looks at what comes back.
#pragma once

#include <string>
#include <string_view>

#include "support/answers.hpp"
#include "support/http_message.hpp"
#include "support/sse.hpp"
#include "support/wire.hpp"

namespace tollway::test {

// One connection to the gateway. Belongs to one thread at a time.
class RawClient {
 public:
  struct Options {
    bool ipv6 = false;
    int receive_buffer_bytes = 0;  // SO_RCVBUF before connecting; small for a slow reader
    SSL_CTX* tls = nullptr;        // not owned; see certificates.hpp
  };
  // Fails the test when the connection cannot be made.
  explicit RawClient(std::uint16_t port) : RawClient(port, Options{}) {}
  RawClient(std::uint16_t port, Options options);
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool send(std::string_view bytes) { return wire_.send(bytes); }
  bool send_split(std::string_view bytes, std::size_t piece_bytes, Millis pause = 0ms) {
    return wire_.send_split(bytes, piece_bytes, pause);
  }

  // The next whole answer, 1xx before it set aside. Status 0 where none came, complete false where
  // it was cut. The answer to a HEAD request has no body, whatever its head says.
  enum class To { other, head };
  [[nodiscard]] Answer read_answer(Millis timeout = patience, To method = To::other);

  // Piece by piece, for streams: the head of the next answer (a 1xx counts as one) ...
  [[nodiscard]] Answer begin_answer(Millis timeout = patience);
  // ... its body until it holds `needle`; false when it ended or took too long without ...
  [[nodiscard]] bool read_until(Answer& answer, std::string_view needle, Millis timeout = patience);
  // ... and the rest of it.
  void finish(Answer& answer, Millis timeout = patience);

  // True when the gateway closes (or resets) within the time and sends nothing more before.
  [[nodiscard]] bool wait_for_close(Millis timeout = patience);
  // True when nothing at all comes for that long.
  [[nodiscard]] bool stays_silent(Millis time);

  void reset() noexcept { wire_.reset(); }
  void half_close() noexcept { wire_.half_close(); }
  void close() noexcept { wire_.close(); }
  [[nodiscard]] Wire& wire() noexcept { return wire_; }

 private:
  Wire wire_;
  MessageReader reader_{wire_};
};

}  // namespace tollway::test
