// Certificates made at run time, good and bad.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace tollway::test {

struct CertificateOptions {
  // Names it is issued for, as subjectAltName writes them.
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  bool expired = false;
  bool self_signed = false;  // rather than signed by the authority
  int serial = 2;            // tells certificates apart; see serial_of_peer()
};

// A certificate and its key, as PEM.
struct Certificate {
  std::string chain_pem;
  std::string key_pem;
};

struct SslContextFree {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;

// An authority that lives as long as the test. Its own certificate is what SSL_CERT_FILE names, so
// that the program under test trusts what it issues and nothing else.
class Authority {
 public:
  Authority();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  [[nodiscard]] Certificate issue(const CertificateOptions& options) const;
  [[nodiscard]] const std::string& pem() const noexcept { return pem_; }

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
  std::string pem_;
};

// A server's side for FaultUpstream, a client's side for RawClient (which verifies nothing).
[[nodiscard]] SslContext server_context(const Certificate& certificate);
[[nodiscard]] SslContext client_context();
// The serial number of the certificate the other side showed; -1 where it showed none.
[[nodiscard]] long serial_of_peer(SSL* ssl);

}  // namespace tollway::test
