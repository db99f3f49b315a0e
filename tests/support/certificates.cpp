#include "support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace tollway::test {
namespace {

template <auto Function>
struct Freed {
  template <class T>
  void operator()(T* thing) const noexcept {
    Function(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using X509Owner = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;

constexpr long day_seconds = 24 * 60 * 60;

void check(bool worked, const char* what) {
  if (!worked) throw std::runtime_error(std::string("OpenSSL cannot ") + what);
}

Key make_key() {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  check(key != nullptr, "make a key");
  return key;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_X509(bio.get(), certificate) == 1, "write a certificate");
  return text_of(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "write a key");
  return text_of(bio.get());
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  check(extension != nullptr, "make an extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

struct Draft {
  const char* common_name = "";
  int serial = 1;
  long begins = -day_seconds;  // from now
  long ends = day_seconds;
};

X509Owner draft(const Draft& what, EVP_PKEY* key) {
  X509Owner made(X509_new());
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), what.serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), what.begins);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), what.ends);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(what.common_name), -1, -1, 0);
  return made;
}

}  // namespace

struct Authority::Keys {
  Key key = make_key();
  X509Owner certificate;
};

Authority::Authority() : keys_(std::make_unique<Keys>()) {
  auto& made = keys_->certificate;
  made = draft({.common_name = "Tollway test authority"}, keys_->key.get());
  X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
  add_extension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(made.get(), NID_key_usage, "critical,keyCertSign");
  check(X509_sign(made.get(), keys_->key.get(), EVP_sha256()) > 0, "sign");
  pem_ = to_pem(made.get());
}

Authority::~Authority() = default;

Certificate Authority::issue(const CertificateOptions& options) const {
  const auto key = make_key();
  Draft what{.common_name = "tollway test", .serial = options.serial};
  if (options.expired) {
    what.begins = -3 * day_seconds;
    what.ends = -2 * day_seconds;
  }
  const auto made = draft(what, key.get());
  auto* issuer = options.self_signed ? made.get() : keys_->certificate.get();
  auto* signer = options.self_signed ? key.get() : keys_->key.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
  add_extension(made.get(), NID_subject_alt_name, options.names);
  check(X509_sign(made.get(), signer, EVP_sha256()) > 0, "sign");
  return {to_pem(made.get()), to_pem(key.get())};
}

SslContext server_context(const Certificate& certificate) {
  SslContext context(SSL_CTX_new(TLS_server_method()));
  const auto reader = [](const std::string& pem) {
    return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  };
  const auto chain = reader(certificate.chain_pem);
  const auto key_text = reader(certificate.key_pem);
  const X509Owner leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  check(SSL_CTX_use_certificate(context.get(), leaf.get()) == 1, "use a certificate");
  check(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1, "use a key");
  return context;
}

SslContext client_context() {
  return SslContext(SSL_CTX_new(TLS_client_method()));
}

long serial_of_peer(SSL* ssl) {
  const X509* shown = SSL_get0_peer_certificate(ssl);
  return shown != nullptr ? ASN1_INTEGER_get(X509_get0_serialNumber(shown)) : -1;
}

}  // namespace tollway::test
