#include "net/dial_guard.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tollway::net {
namespace {

bool refused(const std::string& text, AddressPolicy policy) {
  const auto result = check_address(boost::asio::ip::make_address(text), policy);
  if (!result) EXPECT_EQ(result.error().code, Errc::address_refused);
  return !result;
}

class AlwaysRefused : public testing::TestWithParam<const char*> {};

TEST_P(AlwaysRefused, S01_by_either_policy) {
  EXPECT_TRUE(refused(GetParam(), AddressPolicy::public_only));
  EXPECT_TRUE(refused(GetParam(), AddressPolicy::private_allowed));
}

INSTANTIATE_TEST_SUITE_P(
    DialGuard, AlwaysRefused,
    testing::Values("169.254.169.254", "169.254.170.2", "169.254.0.1", "100.100.100.200",
                    "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254", "fe80::1",
                    "febf::1", "::ffff:169.254.169.254", "::169.254.169.254",
                    "::ffff:0:169.254.169.254", "2002:a9fe:a9fe::1", "64:ff9b::169.254.169.254",
                    "64:ff9b:1::169.254.169.254",
                    "64:ff9b:1:a9fe:a9:fe00::", "2002:a83f:8110::", "64:ff9b::100.100.100.200"));

class PrivateOnly : public testing::TestWithParam<const char*> {};

TEST_P(PrivateOnly, S01_refused_unless_private_is_allowed) {
  EXPECT_TRUE(refused(GetParam(), AddressPolicy::public_only));
  EXPECT_FALSE(refused(GetParam(), AddressPolicy::private_allowed));
}

INSTANTIATE_TEST_SUITE_P(
    DialGuard, PrivateOnly,
    testing::Values("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1",
                    "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
                    "100.127.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1",
                    "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
                    "240.0.0.1", "255.255.255.255", "::1", "::", "fc00::1", "fdff::1", "fec0::1",
                    "ff02::1", "100::1", "2001:db8::1", "2001::1", "2001:2::1", "2001:10::1",
                    "3fff::1", "5f00::1", "::ffff:127.0.0.1", "::127.0.0.1", "::ffff:10.1.2.3",
                    "::ffff:0:192.168.0.1", "2002:7f00:1::1",
                    "2002:c0a8:101::", "64:ff9b::10.0.0.1", "64:ff9b:1::127.0.0.1"));

class Public : public testing::TestWithParam<const char*> {};

TEST_P(Public, S01_allowed_by_either_policy) {
  EXPECT_FALSE(refused(GetParam(), AddressPolicy::public_only));
  EXPECT_FALSE(refused(GetParam(), AddressPolicy::private_allowed));
}

INSTANTIATE_TEST_SUITE_P(DialGuard, Public,
                         testing::Values("1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255",
                                         "100.128.0.1", "126.255.255.255", "128.0.0.1",
                                         "169.253.255.255", "172.15.255.255", "172.32.0.1",
                                         "192.167.255.255", "198.17.255.255", "198.20.0.1",
                                         "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
                                         "2001:4860::8888", "2002:101:101::1", "64:ff9b::1.1.1.1",
                                         "::ffff:1.1.1.1"));

TEST(DialGuard, says_which_address_and_why) {
  const auto result =
      check_address(boost::asio::ip::make_address("2002:7f00:1::"), AddressPolicy::public_only);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            "2002:7f00:1:: is refused: it is loopback, as the 6to4 form of 127.0.0.1");
}

}  // namespace
}  // namespace tollway::net
