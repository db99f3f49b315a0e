// TLS sessions that are kept to spare the next connection a full handshake.
#pragma once

#include <openssl/ssl.h>

#include <memory>

namespace tollway::net {

// The last session of one origin. Belongs to one loop's thread.
class TlsSession {
 public:
  struct Free {
    void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
  };
  using Owned = std::unique_ptr<SSL_SESSION, Free>;

  // Keeps the session of a connection that has carried an answer (a TLS 1.3 server sends its
  // tickets after the handshake), if it can be resumed.
  void keep(SSL* connection);
  // A session for a new connection; null where there is none.
  [[nodiscard]] Owned resume() const;

 private:
  Owned session_;
};

}  // namespace tollway::net
