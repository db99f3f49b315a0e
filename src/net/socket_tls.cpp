#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>

#include "net/socket.hpp"

namespace tollway::net {
namespace {

constexpr auto as_tuple = asio::as_tuple(use_task);

bool is_address_literal(const std::string& host) {
  std::array<unsigned char, 16> address;
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

// A certificate for an address must name the address, and SNI carries names only (RFC 6066, 3).
bool expect_host(SSL* handle, const std::string& host) {
  if (is_address_literal(host)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host.c_str()) == 1;
  }
  return SSL_set1_host(handle, host.c_str()) == 1 &&
         SSL_set_tlsext_host_name(handle, host.c_str()) == 1;
}

std::string why_untrusted(SSL* handle, const std::string& host) {
  const long verdict = SSL_get_verify_result(handle);
  switch (verdict) {
    case X509_V_OK:
      return {};
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fmt::format("the certificate of {} has expired", host);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("the certificate of {} is not valid yet; check the clock", host);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format("the certificate was issued for another host than {}", host);
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return fmt::format("the certificate of {} is self-signed", host);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      return fmt::format("the certificate of {} comes from an unknown issuer", host);
    default:
      return fmt::format("the certificate of {} was refused: {}", host,
                         X509_verify_cert_error_string(verdict));
  }
}

}  // namespace

Task<Result<>> Socket::handshake_as_client(std::shared_ptr<ssl::context> context,
                                           const std::string& host, SSL_SESSION* resume) {
  if (error_) co_return std::unexpected(*error_);
  tls_context_ = std::move(context);
  tls_ = std::make_unique<ssl::stream<TcpSocket&>>(socket_, *tls_context_);
  SSL* const handle = tls_->native_handle();
  SSL_set_verify(handle, SSL_VERIFY_PEER, nullptr);
  if (!expect_host(handle, host)) {
    error_ = Error{Errc::tls_failed,
                   peer_,
                   Retry::elsewhere,
                   fmt::format("TLS cannot be set up for host {}", host),
                   {}};
    co_return std::unexpected(*error_);
  }
  if (resume != nullptr) SSL_set_session(handle, resume);
  auto [code] = co_await tls_->async_handshake(ssl::stream_base::client, as_tuple);
  if (error_) co_return std::unexpected(*error_);
  if (code) {
    std::string why = why_untrusted(handle, host);
    if (why.empty())
      why = fmt::format("the TLS handshake with {} failed: {}", host, code.message());
    error_ = Error{Errc::tls_failed, peer_, Retry::elsewhere, std::move(why), {}};
    co_return std::unexpected(*error_);
  }
  co_return Result<>{};
}

Task<Result<>> Socket::handshake_as_server(std::shared_ptr<ssl::context> context) {
  if (error_) co_return std::unexpected(*error_);
  tls_context_ = std::move(context);
  tls_ = std::make_unique<ssl::stream<TcpSocket&>>(socket_, *tls_context_);
  auto [code] = co_await tls_->async_handshake(ssl::stream_base::server, as_tuple);
  if (error_) co_return std::unexpected(*error_);
  if (code) co_return fail_with(code, "the TLS handshake");
  co_return Result<>{};
}

}  // namespace tollway::net
