// Certificates made at test time, in a folder that goes with them.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace tollway::net::test {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

struct CertificateOptions {
  std::string alternative_name = "IP:127.0.0.1";  // as in openssl.cnf
  long valid_from_s = -3600;                      // relative to now
  long valid_until_s = 3600;
  bool self_signed = false;
};

// An authority of the test's own, whose certificates stand in PEM files.
class TestAuthority {
 public:
  TestAuthority() {
    extend(*certificate_, NID_basic_constraints, "critical,CA:TRUE");
    sign(*certificate_, *certificate_, *key_);
    write_certificate(authority_file(), *certificate_);
  }
  ~TestAuthority() {
    std::error_code ignored;  // what is left behind is the temporary folder's matter
    std::filesystem::remove_all(folder_, ignored);
  }
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  [[nodiscard]] std::string authority_file() const { return folder_ / "authority.pem"; }
  [[nodiscard]] std::string certificate_file() const { return folder_ / "certificate.pem"; }
  [[nodiscard]] std::string key_file() const { return folder_ / "key.pem"; }

  // Writes a certificate and its key to their files, over the last ones.
  void issue(const CertificateOptions& options = {}) {
    const Key key = make_key();
    const Certificate certificate = make_certificate("test upstream", *key);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), options.valid_from_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), options.valid_until_s);
    extend(*certificate, NID_subject_alt_name, options.alternative_name);
    if (options.self_signed) {
      sign(*certificate, *certificate, *key);
    } else {
      sign(*certificate, *certificate_, *key_);
    }
    write_certificate(certificate_file(), *certificate);
    std::FILE* const file = std::fopen(key_file().c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }

 private:
  static std::filesystem::path make_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tollway-XXXXXX").string();
    return ::mkdtemp(pattern.data());
  }
  static Key make_key() {
    return {EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free};
  }
  static Certificate make_certificate(const char* name, EVP_PKEY& key) {
    Certificate made(X509_new(), &X509_free);
    X509_set_version(made.get(), 2);
    static long serial = 0;
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_pubkey(made.get(), &key);
    return made;
  }
  static void extend(X509& certificate, int kind, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    ASSERT_NE(extension, nullptr) << value;
    X509_add_ext(&certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  static void sign(X509& certificate, X509& issuer, EVP_PKEY& issuer_key) {
    X509_set_issuer_name(&certificate, X509_get_subject_name(&issuer));
    X509_sign(&certificate, &issuer_key, EVP_sha256());
  }
  static void write_certificate(const std::string& path, X509& certificate) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, &certificate);
    std::fclose(file);
  }

  std::filesystem::path folder_ = make_folder();  // its name is the authority's, hence unique
  Key key_ = make_key();
  Certificate certificate_ = make_certificate(folder_.filename().c_str(), *key_);
};

}  // namespace tollway::net::test
