// Where base URLs may lead, judged when they are written and again when they are dialled: in a
// network in which a listener answers under every address there is, refusals must come from us.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <mutex>
#include <system_error>
#include <thread>

#include "support/child_process.hpp"
#include "support/own_network.hpp"
#include "support/temporary_directory.hpp"
#include "tollway/tollway.hpp"

namespace tollway::test {
namespace {

using testing::ElementsAre;

// A listener under all addresses of this network, which are all there are. Whoever connects is
// remembered and let go.
class Everywhere {
 public:
  Everywhere() : socket_(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int no = 0;
    ::setsockopt(socket_, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    socklen_t size = sizeof any;
    auto* const address = reinterpret_cast<sockaddr*>(&any);
    if (::bind(socket_, address, size) != 0 || ::listen(socket_, 64) != 0 ||
        ::getsockname(socket_, address, &size) != 0) {
      throw std::system_error(errno, std::generic_category(), "cannot listen");
    }
    port_ = ntohs(any.sin6_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Everywhere() {
    stopping_.set();
    thread_.join();
    ::close(socket_);
  }
  Everywhere(const Everywhere&) = delete;
  Everywhere& operator=(const Everywhere&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  // The addresses that were connected to so far.
  [[nodiscard]] std::vector<std::string> dialled() const {
    const std::scoped_lock lock(mutex_);
    return dialled_;
  }

 private:
  void run() {
    std::array<pollfd, 2> watched{{{socket_, POLLIN, 0}, {stopping_.descriptor(), POLLIN, 0}}};
    while (::poll(watched.data(), watched.size(), -1) >= 0 || errno == EINTR) {
      if (watched[1].revents != 0) return;
      const int peer = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) continue;
      sockaddr_in6 here{};
      socklen_t size = sizeof here;
      ::getsockname(peer, reinterpret_cast<sockaddr*>(&here), &size);
      std::array<char, INET6_ADDRSTRLEN> text{};
      ::inet_ntop(AF_INET6, &here.sin6_addr, text.data(), text.size());
      {
        const std::scoped_lock lock(mutex_);
        dialled_.emplace_back(text.data());
      }
      ::close(peer);
    }
  }

  int socket_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> dialled_;
  Signal stopping_;
  std::thread thread_;
};

bool all_addresses_lead_here() {
  ChildProcess v4({.words = {"ip", "route", "add", "local", "0.0.0.0/0", "dev", "lo"}});
  ChildProcess v6({.words = {"ip", "-6", "route", "add", "local", "::/0", "dev", "lo"}});
  return v4.wait_for_exit() == 0 && v6.wait_for_exit() == 0;
}

class Addresses : public testing::Test {
 protected:
  void in_network(const std::function<void(const Everywhere&)>& body) {
    if (find_program("ip").empty()) GTEST_SKIP() << "`ip` of iproute2";
    bool ready = false;
    const bool ran = in_own_network("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", [&] {
      ready = all_addresses_lead_here();
      if (!ready) return;
      const DnsServer names;
      const Everywhere everywhere;
      body(everywhere);
    });
    if (!ran || !ready) GTEST_SKIP() << "a network namespace of its own, which needs root";
  }

  // Settings of a user who may write to the store. `checked` as `tollway` has them.
  [[nodiscard]] std::shared_ptr<Settings> open(bool checked) const {
    Settings::Options options;
    options.data_directory = (files_.path() / (checked ? "checked" : "unchecked")).string();
    options.environment = [](const char*) { return std::nullopt; };
    if (checked) {
      options.check_url = [](std::string_view key, std::string_view url, bool allow_private) {
        return check_provider_url(key, url, allow_private, discover_providers());
      };
    }
    auto opened = Settings::open(std::move(options));
    EXPECT_TRUE(opened) << opened.error().message;
    return *opened;
  }

  // "" where the store takes it, else the name of the refusal.
  [[nodiscard]] std::string_view written(std::string_view provider, std::string_view url,
                                         bool allow_private = false) const {
    const auto set = open(true)->set(fmt::format("llm.{}.url", provider), url, allow_private);
    return set ? std::string_view() : name_of(set.error().code);
  }

  // How a call ends whose URL came into the store without being judged. Whatever takes the
  // connection answers nothing, so "" never comes.
  [[nodiscard]] std::string dialled(std::string_view provider, std::string_view url,
                                    bool allow_private = false) const {
    const auto settings = open(false);
    const auto set = settings->set(fmt::format("llm.{}.url", provider), url, allow_private);
    if (!set) return std::string(name_of(set.error().code));
    EXPECT_TRUE(settings->set(fmt::format("llm.{}.api_key", provider), "a-key-of-ours"));
    const auto known = get_provider_class(provider);
    const auto models = (*known)->list_models(settings->snapshot());
    return models ? "" : std::string(name_of(models.error().code));
  }

  TemporaryDirectory files_;
};

// After the last refusal: what does lead here comes in behind all that should not have.
void expect_no_connection(const Everywhere& everywhere, const std::function<void()>& connect) {
  EXPECT_TRUE(everywhere.dialled().empty());
  connect();
  EXPECT_TRUE(wait_until([&] { return !everywhere.dialled().empty(); }));
  for (const auto& address : everywhere.dialled()) EXPECT_EQ(address, "::ffff:8.8.8.8");
}

struct Host {
  const char* form;  // for the test's name
  const char* host;
};
void PrintTo(const Host& host, std::ostream* out) {
  *out << host.form;
}
std::string form_of(const testing::TestParamInfo<Host>& given) {
  return given.param.form;
}

class PrivateAddress : public Addresses, public testing::WithParamInterface<Host> {};

TEST_P(PrivateAddress, S01_is_refused_when_written_and_when_dialled) {
  in_network([this](const Everywhere& everywhere) {
    const auto url = fmt::format("http://{}:{}/v1", GetParam().host, everywhere.port());
    EXPECT_EQ(written("openai", url), "address_refused");
    EXPECT_EQ(dialled("openai", url), "address_refused");
    EXPECT_EQ(written("openai", url, true), "") << "allowed by name";
    EXPECT_EQ(written("ollama", url), "") << "a local provider";
    expect_no_connection(everywhere, [&] {
      std::ignore = dialled("openai", fmt::format("http://8.8.8.8:{}/v1", everywhere.port()));
    });
  });
}

INSTANTIATE_TEST_SUITE_P(
    , PrivateAddress,
    testing::Values(Host{"loopback", "127.0.0.1"}, Host{"loopback_elsewhere", "127.255.255.254"},
                    Host{"loopback_by_name", "localhost"}, Host{"loopback_v6", "[::1]"},
                    Host{"private_10", "10.0.0.1"}, Host{"private_172", "172.16.0.1"},
                    Host{"private_192", "192.168.1.1"}, Host{"unique_local_v6", "[fc00::1]"},
                    Host{"cgnat", "100.64.0.1"}, Host{"test_net", "192.0.2.1"},
                    Host{"benchmarking", "198.18.0.1"}, Host{"multicast", "224.0.0.1"},
                    Host{"broadcast", "255.255.255.255"}, Host{"this_network", "0.1.2.3"},
                    Host{"documentation_v6", "[2001:db8::1]"},
                    Host{"mapped_loopback", "[::ffff:127.0.0.1]"},
                    Host{"mapped_private", "[::ffff:10.1.2.3]"},
                    Host{"six_to_four", "[2002:7f00:1::1]"}, Host{"nat64", "[64:ff9b::10.0.0.1]"},
                    Host{"nat64_local", "[64:ff9b:1::127.0.0.1]"}),
    form_of);

class MetadataAddress : public Addresses, public testing::WithParamInterface<Host> {};

TEST_P(MetadataAddress, S01_is_refused_to_everybody) {
  in_network([this](const Everywhere& everywhere) {
    const auto url = fmt::format("http://{}:{}/v1", GetParam().host, everywhere.port());
    for (const auto* provider : {"openai", "ollama", "openai_endpoint"}) {
      EXPECT_EQ(written(provider, url, true), "address_refused") << provider;
      EXPECT_EQ(dialled(provider, url, true), "address_refused") << provider;
    }
    expect_no_connection(everywhere, [&] {
      std::ignore = dialled("openai", fmt::format("http://8.8.8.8:{}/v1", everywhere.port()));
    });
  });
}

INSTANTIATE_TEST_SUITE_P(
    , MetadataAddress,
    testing::Values(Host{"everybodys", "169.254.169.254"}, Host{"containers", "169.254.170.2"},
                    Host{"link_local", "169.254.0.1"}, Host{"alibaba", "100.100.100.200"},
                    Host{"azure", "168.63.129.16"}, Host{"oracle", "192.0.0.192"},
                    Host{"amazon_v6", "[fd00:ec2::254]"},
                    Host{"mapped", "[::ffff:169.254.169.254]"},
                    Host{"nat64", "[64:ff9b::169.254.169.254]"},
                    Host{"six_to_four", "[2002:a9fe:a9fe::1]"}),
    form_of);

class DisguisedAddress : public Addresses, public testing::WithParamInterface<Host> {};

TEST_P(DisguisedAddress, S01_is_refused_rather_than_guessed) {
  in_network([this](const Everywhere& everywhere) {
    const auto url = fmt::format("http://{}:{}/v1", GetParam().host, everywhere.port());
    for (const auto* provider : {"openai", "ollama"}) {
      EXPECT_EQ(written(provider, url, true), "bad_request") << provider;
      EXPECT_EQ(dialled(provider, url, true), "bad_request") << provider;
    }
    expect_no_connection(everywhere, [&] {
      std::ignore = dialled("openai", fmt::format("http://8.8.8.8:{}/v1", everywhere.port()));
    });
  });
}

INSTANTIATE_TEST_SUITE_P(
    , DisguisedAddress,
    testing::Values(Host{"decimal", "2130706433"}, Host{"hex", "0x7f000001"},
                    Host{"hex_parts", "0x7f.0.0.1"}, Host{"octal", "0177.0.0.1"},
                    Host{"short_form", "127.1"}, Host{"trailing_dot", "127.0.0.1."},
                    Host{"userinfo", "api.openai.com@127.0.0.1"},
                    Host{"userinfo_backslash", "api.openai.com\\@127.0.0.1"},
                    Host{"percent", "127.0.0.1%00.example.com"}, Host{"zone", "[fe80::1%25lo]"},
                    Host{"idna_dots",
                         "127\xe3\x80\x82"
                         "0\xe3\x80\x82"
                         "0\xe3\x80\x82"
                         "1"},
                    Host{"idna_digits", "\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa2.0.0.1"},
                    Host{"no_end", "[::1"}),
    form_of);

TEST_F(Addresses, S01_a_private_one_that_was_allowed_by_name_is_dialled) {
  in_network([this](const Everywhere& everywhere) {
    const auto url = fmt::format("http://10.0.0.1:{}/v1", everywhere.port());
    EXPECT_NE(dialled("openai", url, true), "address_refused");
    EXPECT_NE(dialled("ollama", url), "address_refused");
    EXPECT_TRUE(wait_until([&] { return everywhere.dialled().size() >= 2; }));
    for (const auto& address : everywhere.dialled()) EXPECT_EQ(address, "::ffff:10.0.0.1");
  });
}

TEST_F(Addresses, S02_a_name_is_judged_by_what_it_resolves_to) {
  in_network([this](const Everywhere& everywhere) {
    const auto url = fmt::format("http://private.test:{}/v1", everywhere.port());
    EXPECT_EQ(written("openai", url), "") << "nobody is asked when it is written";
    EXPECT_EQ(dialled("openai", url), "address_refused");
    EXPECT_TRUE(everywhere.dialled().empty());
    EXPECT_NE(dialled("openai", url, true), "address_refused");
    EXPECT_TRUE(wait_until([&] { return !everywhere.dialled().empty(); }));
  });
}

// The name is public while it is checked and loopback right after.
TEST_F(Addresses, S02_the_checked_address_is_the_dialled_one) {
  in_network([this](const Everywhere& everywhere) {
    const auto url = fmt::format("http://rebind.test:{}/v1", everywhere.port());
    EXPECT_NE(dialled("openai", url), "address_refused");
    EXPECT_TRUE(wait_until([&] { return !everywhere.dialled().empty(); }));
    EXPECT_EQ(dialled("openai", url), "address_refused") << "it is loopback by now";
    for (const auto& address : everywhere.dialled()) EXPECT_EQ(address, "::ffff:8.8.8.8");
  });
}

}  // namespace
}  // namespace tollway::test
