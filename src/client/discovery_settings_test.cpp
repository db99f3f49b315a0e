#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tollway/discovery.hpp"

namespace tollway {
namespace {

using testing::HasSubstr;
using testing::Not;

// "" where the URL is accepted, else the name of the refusal.
std::string_view outcome(std::string_view key, std::string_view url, bool allow_private = false) {
  static const Providers providers = discover_providers();
  const auto checked = check_provider_url(key, url, allow_private, providers);
  return checked ? std::string_view() : name_of(checked.error().code);
}

class PrivateHosts : public testing::TestWithParam<const char*> {};

TEST_P(PrivateHosts, S01_are_for_local_providers_or_where_allowed_by_name) {
  for (const std::string& url :
       {fmt::format("http://{}:9999/v1", GetParam()), fmt::format("https://{}/v1", GetParam())}) {
    EXPECT_EQ(outcome("llm.openai.url", url), "address_refused") << url;
    EXPECT_EQ(outcome("llm.acme.url", url), "address_refused") << url;
    EXPECT_EQ(outcome("llm.openai.url", url, true), "") << url;
    EXPECT_EQ(outcome("llm.ollama.url", url), "") << url;
  }
}

INSTANTIATE_TEST_SUITE_P(CheckProviderUrl, PrivateHosts,
                         testing::Values("localhost", "LOCALHOST", "a.localhost", "ip6-loopback",
                                         "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1",
                                         "192.168.1.1", "100.64.0.1", "192.0.2.1", "198.18.0.1",
                                         "224.0.0.1", "255.255.255.255", "[::1]", "[fc00::1]",
                                         "[::ffff:127.0.0.1]", "[::ffff:10.1.2.3]",
                                         "[2002:7f00:1::1]", "[64:ff9b::10.0.0.1]",
                                         "[64:ff9b:1::127.0.0.1]", "[2001:db8::1]"));

class MetadataHosts : public testing::TestWithParam<const char*> {};

TEST_P(MetadataHosts, S01_are_always_refused) {
  const auto url = fmt::format("http://{}/latest", GetParam());
  for (const auto* key : {"llm.openai.url", "llm.ollama.url", "llm.openai_endpoint.url"}) {
    EXPECT_EQ(outcome(key, url), "address_refused") << key;
    EXPECT_EQ(outcome(key, url, true), "address_refused") << key;
  }
}

INSTANTIATE_TEST_SUITE_P(CheckProviderUrl, MetadataHosts,
                         testing::Values("169.254.169.254", "169.254.170.2", "100.100.100.200",
                                         "168.63.129.16", "[fd00:ec2::254]",
                                         "[::ffff:169.254.169.254]", "[64:ff9b::169.254.169.254]",
                                         "[2002:a9fe:a9fe::1]", "metadata",
                                         "metadata.google.internal", "Metadata.Google.Internal",
                                         "instance-data"));

class DisguisedHosts : public testing::TestWithParam<const char*> {};

TEST_P(DisguisedHosts, S02_are_refused_rather_than_guessed) {
  for (const auto* key : {"llm.openai.url", "llm.ollama.url"}) {
    EXPECT_EQ(outcome(key, GetParam(), true), "bad_request") << key;
  }
}

INSTANTIATE_TEST_SUITE_P(
    CheckProviderUrl, DisguisedHosts,
    testing::Values("http://2130706433/v1", "http://0x7f000001/v1", "http://0177.0.0.1/v1",
                    "http://127.1/v1", "http://127.0.0.1.", "http://127.0.0.1%00.example.com/v1",
                    "http://api.openai.com@127.0.0.1/v1", "http://user:canary@api.openai.com/v1",
                    "http://api.openai.com\\@127.0.0.1/v1", "http://[::1%25lo]/v1",
                    "http://127\xe3\x80\x82"
                    "0.0.1/v1",
                    "http://\xe2\x91\xa0.1.1.1/v1", "http://[::1/v1", "http://localhost:99999/v1",
                    "gopher://127.0.0.1/v1", "http://api.openai.com/v1?key=canary"));

TEST(CheckProviderUrl, S02_other_names_are_judged_when_they_are_dialled) {
  EXPECT_EQ(outcome("llm.openai.url", "https://rebound.example/v1"), "");
  EXPECT_EQ(outcome("llm.openai.url", "https://api.openai.com/v1"), "");
  EXPECT_EQ(outcome("llm.openai.url", "https://8.8.8.8/v1"), "");
  EXPECT_EQ(outcome("llm.openai.url", "localhost.example.com"), "");
}

TEST(CheckProviderUrl, AQueryIsReadAsACallWouldReadIt) {
  constexpr auto url = "https://r.openai.azure.com/openai?api-version=2025-01-01-preview";
  EXPECT_EQ(outcome("llm.azure.url", url), "");
  EXPECT_EQ(outcome("llm.azure.url", "https://r.openai.azure.com/?key=canary"), "bad_request");
  EXPECT_EQ(outcome("llm.openai.url", url), "bad_request");
}

TEST(CheckProviderUrl, RefusalsSayWhatToDo) {
  const Providers providers = discover_providers();
  const auto refused = check_provider_url("llm.openai.url", "http://10.1.2.3/v1", false, providers);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("10.1.2.3"));
  EXPECT_THAT(refused.error().message, HasSubstr("if OpenAI is meant to be there, allow private"));
  const auto metadata =
      check_provider_url("llm.openai.url", "http://169.254.169.254/", false, providers);
  ASSERT_FALSE(metadata);
  EXPECT_THAT(metadata.error().message, Not(HasSubstr("allow private")));
}

TEST(CheckProviderUrl, S06_refusals_do_not_quote_what_a_url_may_hold) {
  const Providers providers = discover_providers();
  for (const auto* url : {"https://user:canary@host/v1", "https://host/v1?key=canary",
                          "https://canary host/v1", "https://127.0.0.1/canary"}) {
    const auto refused = check_provider_url("llm.openai.url", url, false, providers);
    ASSERT_FALSE(refused) << url;
    EXPECT_THAT(refused.error().message, Not(HasSubstr("canary"))) << url;
  }
}

}  // namespace
}  // namespace tollway
