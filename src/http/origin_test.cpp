#include "http/origin.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tollway::http {
namespace {

TEST(Origin, reads_what_operators_write) {
  const Url url = parse_url("https://openrouter.ai/api/v1").value();
  EXPECT_EQ(url.origin, (Origin{.tls = true, .host = "openrouter.ai", .port = 443}));
  EXPECT_EQ(url.path, "/api/v1");
  EXPECT_EQ(url.origin.to_string(), "https://openrouter.ai:443");
  EXPECT_EQ(url.origin.host_header(), "openrouter.ai");

  const Url local = parse_url("HTTP://LocalHost:11434/").value();
  EXPECT_EQ(local.origin, (Origin{.tls = false, .host = "localhost", .port = 11434}));
  EXPECT_EQ(local.path, "");
  EXPECT_EQ(local.origin.to_string(), "http://localhost:11434");
  EXPECT_EQ(local.origin.host_header(), "localhost:11434");

  EXPECT_EQ(parse_url("http://127.0.0.1:80/v1/").value().path, "/v1");
  EXPECT_EQ(parse_url("http://127.0.0.1:80").value().origin.host_header(), "127.0.0.1");
  EXPECT_EQ(parse_url("https://my_host-1.a.b:8443/a%20b/~c").value().path, "/a%20b/~c");
  EXPECT_EQ(parse_url("https://3com.com").value().origin.host, "3com.com");
  EXPECT_EQ(parse_url("https://abc.0xyz").value().origin.host, "abc.0xyz");
}

TEST(Origin, IPv6_has_one_spelling) {
  for (const char* text :
       {"http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]:8080", "http://[::0001]:8080"}) {
    const Origin origin = parse_url(text).value().origin;
    EXPECT_EQ(origin.host, "::1");
    EXPECT_EQ(origin.to_string(), "http://[::1]:8080");
    EXPECT_EQ(origin.host_header(), "[::1]:8080");
  }
  EXPECT_EQ(parse_url("https://[2001:DB8::A]").value().origin.host_header(), "[2001:db8::a]");
}

TEST(Origin, user_information_only_where_allowed) {
  EXPECT_FALSE(parse_url("http://user:password@proxy:3128"));
  EXPECT_FALSE(parse_url("http://@proxy:3128"));
  const Url url = parse_url("http://user:p%40ss@proxy:3128", true).value();
  EXPECT_EQ(url.userinfo, "user:p@ss");
  EXPECT_EQ(url.origin.host, "proxy");
  EXPECT_EQ(parse_url("http://proxy:3128", true).value().userinfo, "");
  for (const char* text : {"http://a@b@proxy", "http://a b@proxy", "http://a%4@proxy",
                           "http://a%zz@proxy", "http://a/b@proxy:1/c#d", "http://\x80@proxy"}) {
    const auto refused = parse_url(text, true);
    EXPECT_FALSE(refused && !refused->userinfo.empty()) << text;
  }
}

TEST(Origin, S01_hosts_in_disguise_are_refused) {
  for (const char* host :
       {// IPv4 as one, two or three numbers; octal, hexadecimal, too large, padded.
        "2130706433", "017700000001", "0x7f000001", "0X7F000001", "0x7f.1", "127.1", "127.0.1", "0",
        "0x", "0177.0.0.1", "127.0.0.01", "0x7f.0.0.1", "127.0.0.0x1", "256.0.0.1", "1.2.3.4.5",
        "4294967296", "127.0.0.1.", "169.254.43518", "08.8.8.8", "a.1", "localhost.127",
        // User information, and what some parsers take for it.
        "user@127.0.0.1", "openrouter.ai@127.0.0.1", "openrouter.ai:443@127.0.0.1", "@127.0.0.1",
        "127.0.0.1\\@openrouter.ai", "openrouter.ai\\.evil.example", "127.0.0.1%2f@openrouter.ai",
        // Other alphabets and encodings: full-width and circled digits, ideographic full stop.
        "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1", "\xE2\x91\xA0\xE2\x91\xA1\xE2\x91\xA6.0.0.1",
        "127\xE3\x80\2020.0.1", "m\xC3\xBCnchen.example", "loc%61lhost", "127.0.0.1%00.example",
        "%31%32%37.0.0.1",
        // IPv6 without brackets, with zone, in parts, as others write it.
        "::1", "[::1", "::1]", "[::1]x", "[::1%25eth0]", "[::1%eth0]", "[fe80::1%25lo]", "[]",
        "[1]", "[127.0.0.1]", "[::ffff:0x7f.0.0.1]", "[::ffff:127.1]", "[:::1]", "[::1]]",
        "[[::1]]", "[v1.a]",
        // Not names.
        "", ".", "a..b", ".a", "a.", "-a", "a-", "a b", "a\tb", "a,b", "a;b", "a*", "a'", "a\"",
        "a<b"}) {
    EXPECT_FALSE(parse_url("http://" + std::string(host))) << host;
    EXPECT_FALSE(parse_url("http://" + std::string(host) + "/v1")) << host;
    EXPECT_FALSE(parse_url("http://" + std::string(host) + ":8080/v1")) << host;
  }
  EXPECT_FALSE(parse_url("http://" + std::string(254, 'a')));
  EXPECT_FALSE(parse_url("http://" + std::string(64, 'a') + ".example"));
  EXPECT_TRUE(parse_url("http://" + std::string(63, 'a') + ".example"));
  EXPECT_FALSE(parse_url(std::string_view("http://a\0b", 10)));
  EXPECT_FALSE(parse_url(std::string_view("http://127.0.0.1\0.example", 25)));
}

// These are written as they are meant: whether they may be dialled is the dial guard's to say.
TEST(Origin, S01_plain_addresses_pass_to_the_dial_guard) {
  for (const char* host : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]",
                           "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost"}) {
    EXPECT_TRUE(parse_url("http://" + std::string(host) + ":8080")) << host;
  }
}

TEST(Origin, S02_what_parsers_disagree_on_is_refused) {
  for (const char* text : {"",
                           "http",
                           "http:",
                           "http:/",
                           "http://",
                           "https:///path",
                           "ftp://h",
                           "//h",
                           "h",
                           "h:80",
                           "http:h",
                           "http:\\\\h",
                           " http://h",
                           "http://h ",
                           "\thttp://h",
                           "http://h\n",
                           "http://h/\r\nX: y",
                           "httpss://h",
                           "http://h:",
                           "http://h:0",
                           "http://h:65536",
                           "http://h:-1",
                           "http://h:+80",
                           "http://h:080",
                           "http://h:8o",
                           "http://h:80:80",
                           "http://h:80x",
                           "http://h?q",
                           "http://h/?q",
                           "http://h/#f",
                           "http://h#f",
                           "http://h/a\\b",
                           "http://h//",
                           "http://h//a",
                           "http://h/a//b",
                           "http://h/../a",
                           "http://h/a/..",
                           "http://h/./a",
                           "http://h/%2e%2e/a",
                           "http://h/.%2E",
                           "http://h/%",
                           "http://h/%4",
                           "http://h/%zz",
                           "http://h/\x80",
                           "http://h/\"",
                           "http://h/<",
                           "http://h/a b",
                           "http://h/{",
                           "http://h/|",
                           "http://h/^"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Errc::bad_request);
  }
}

TEST(Origin, S06_an_error_does_not_quote_the_password) {
  EXPECT_FALSE(parse_url("http://user:hunter2@h").error().message.contains("hunter2"));
  EXPECT_FALSE(parse_url("http://user:hunter2@h:x", true).error().message.contains("hunter2"));
}

}  // namespace
}  // namespace tollway::http
