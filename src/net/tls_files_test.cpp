// The files that TLS contexts are made from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "net/certificates_test.hpp"
#include "net/client.hpp"

namespace tollway::net {
namespace {

using testing::HasSubstr;

TEST(TlsContext, a_trust_file_that_cannot_be_read_is_an_error) {
  ::setenv("SSL_CERT_FILE", "/nonexistent/authorities.pem", 1);
  const auto made = make_client_tls();
  ::unsetenv("SSL_CERT_FILE");
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("SSL_CERT_FILE names /nonexistent/authorities.pem"));
}

TEST(TlsContext, a_server_says_what_is_wrong_with_its_files) {
  test::TestAuthority one;
  test::TestAuthority two;
  one.issue();
  two.issue();
  EXPECT_TRUE(make_server_tls(one.certificate_file(), one.key_file()));
  EXPECT_THAT(make_server_tls("/nonexistent", one.key_file()).error().message,
              HasSubstr("certificate chain in /nonexistent cannot be used: No such file"));
  EXPECT_THAT(make_server_tls(one.certificate_file(), two.key_file()).error().message,
              HasSubstr("key values mismatch"));
  std::ofstream(one.key_file()) << "not a key";
  EXPECT_THAT(make_server_tls(one.certificate_file(), one.key_file()).error().message,
              HasSubstr("cannot be used"));
}

}  // namespace
}  // namespace tollway::net
