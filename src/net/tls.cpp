#include "net/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "net/client.hpp"

namespace tollway::net {
namespace {

// The protocols on offer, in ALPN's own format: a length and a name.
constexpr std::array<unsigned char, 9> alpn_http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// What went wrong first; OpenSSL's error queue is emptied.
std::string tls_error() {
  const unsigned long code = ::ERR_peek_error();
  ::ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) {
    return std::generic_category().message(ERR_GET_REASON(code));
  }
  const char* const reason = ::ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown reason";
}

std::shared_ptr<ssl::context> make_context(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX* const handle = context->native_handle();
  SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
  SSL_CTX_set_options(handle, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);  // idle connections need none
  return context;
}

// A peer that offers protocols, but not ours, is not spoken to in a language it did not offer.
int choose_protocol(SSL* /*connection*/, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int offered_size, void* /*unused*/) {
  unsigned char* chosen = nullptr;
  const int verdict = SSL_select_next_proto(&chosen, out_size, alpn_http_1_1.data(),
                                            alpn_http_1_1.size(), offered, offered_size);
  *out = chosen;
  return verdict == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// OpenSSL ignores an SSL_CERT_FILE that it cannot read, and then trusts nobody.
Result<> load_trust_anchors(SSL_CTX* context) {
  const char* const file = std::getenv("SSL_CERT_FILE");  // NOLINT(concurrency-mt-unsafe)
  if (file != nullptr && *file != '\0' && SSL_CTX_load_verify_file(context, file) != 1) {
    return internal_error(fmt::format("SSL_CERT_FILE names {}, which holds no PEM certificates: {}",
                                      file, tls_error()));
  }
  if (SSL_CTX_set_default_verify_paths(context) != 1) {
    return internal_error(
        fmt::format("the system's certificate authorities cannot be read: {}", tls_error()));
  }
  return {};
}

}  // namespace

void TlsSession::keep(SSL* connection) {
  const Owned current(SSL_get1_session(connection));
  if (!current || SSL_SESSION_is_resumable(current.get()) != 1) return;
  // A copy: OpenSSL spoils the original for further use when its connection ends without
  // close_notify, as a cancelled call's does.
  session_.reset(SSL_SESSION_dup(current.get()));
}

TlsSession::Owned TlsSession::resume() const {
  return Owned(session_ ? SSL_SESSION_dup(session_.get()) : nullptr);
}

Result<std::shared_ptr<ssl::context>> make_client_tls() {
  auto context = make_context(ssl::context::tls_client);
  SSL_CTX* const handle = context->native_handle();
  SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(handle, SSL_SESS_CACHE_OFF);  // the pool keeps its own
  if (SSL_CTX_set_alpn_protos(handle, alpn_http_1_1.data(), alpn_http_1_1.size()) != 0) {
    return internal_error("TLS cannot be set up: out of memory");
  }
  const auto loaded = load_trust_anchors(handle);
  if (!loaded) return std::unexpected(loaded.error());
  return context;
}

Result<std::shared_ptr<ssl::context>> make_server_tls(const std::string& certificate_chain_file,
                                                      const std::string& private_key_file) {
  auto context = make_context(ssl::context::tls_server);
  SSL_CTX* const handle = context->native_handle();
  SSL_CTX_set_alpn_select_cb(handle, &choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(handle, certificate_chain_file.c_str()) != 1) {
    return internal_error(fmt::format("the TLS certificate chain in {} cannot be used: {}",
                                      certificate_chain_file, tls_error()));
  }
  // Refuses a key that does not belong to the certificate, too.
  if (SSL_CTX_use_PrivateKey_file(handle, private_key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return internal_error(
        fmt::format("the TLS key in {} cannot be used: {}", private_key_file, tls_error()));
  }
  return context;
}

}  // namespace tollway::net
