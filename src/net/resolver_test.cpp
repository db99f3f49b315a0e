#include "net/resolver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>

#include "net/net_test.hpp"

namespace tollway::net {
namespace {

using test::in;
using test::run;
using namespace std::chrono_literals;
using testing::HasSubstr;

const auto address_one = asio::ip::make_address("192.0.2.1");

Result<Resolver::Addresses> fail(std::string message) {
  return upstream_error(Errc::dns_failed, std::move(message));
}

// Holds lookups until told otherwise. They copy `opened`: their threads may outlive the test.
struct Gate {
  std::promise<void> promise;
  std::shared_future<void> opened = promise.get_future().share();
  void open() { promise.set_value(); }
};

class ResolverTest : public testing::Test {
 protected:
  Result<Resolver::Addresses> resolve(Resolver& resolver, const std::string& host,
                                      Duration within = 5s) {
    return run(loop_, resolver.resolve(loop_, host, in(within), abort_));
  }

  Loop loop_;
  Abort abort_;
};

TEST_F(ResolverTest, literal_addresses_need_no_lookup) {
  Resolver resolver({.lookup = [](const std::string&) { return fail("looked up"); }});
  EXPECT_EQ(resolve(resolver, "192.0.2.7")->front().to_string(), "192.0.2.7");
  EXPECT_EQ(resolve(resolver, "2001:db8::1")->front().to_string(), "2001:db8::1");
}

TEST_F(ResolverTest, answers_are_kept_for_a_while) {
  std::atomic<int> lookups = 0;
  std::atomic<std::int64_t> age = 0;
  Resolver resolver({.lookup = [&](const std::string& host) -> Result<Resolver::Addresses> {
                       ++lookups;
                       if (host == "bad") return fail("no such name");
                       return Resolver::Addresses{address_one};
                     },
                     .now = [&] { return TimePoint(std::chrono::milliseconds(age)); }});
  for (const auto [at, expected] : {std::pair{0, 1}, {29'999, 1}, {30'000, 2}, {59'999, 2}}) {
    age = at;
    EXPECT_EQ(resolve(resolver, "good")->front(), address_one);
    EXPECT_EQ(lookups, expected) << at;
  }
  lookups = 0;
  for (const auto [at, expected] : {std::pair{100'000, 1}, {101'999, 1}, {102'000, 2}}) {
    age = at;
    EXPECT_EQ(resolve(resolver, "bad").error().message, "no such name");
    EXPECT_EQ(lookups, expected) << at;
  }
}

TEST_F(ResolverTest, U03_NXDOMAIN_and_an_empty_answer_are_errors) {
  const auto missing = look_up_by_system("name.invalid");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::dns_failed);
  EXPECT_THAT(missing.error().message, HasSubstr("name.invalid"));

  Resolver resolver({.lookup = [](const std::string&) { return Resolver::Addresses{}; }});
  EXPECT_EQ(resolve(resolver, "empty").error().code, Errc::dns_failed);
}

TEST_F(ResolverTest, localhost_is_known_to_the_system) {
  const auto found = look_up_by_system("localhost");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->front().is_loopback());
}

TEST_F(ResolverTest, U03_a_name_without_answer_holds_one_thread_and_nobody_else) {
  Gate gate;
  std::atomic<int> stuck = 0;
  Resolver resolver({.lookup = [&stuck, opened = gate.opened](
                                   const std::string& host) -> Result<Resolver::Addresses> {
                       if (host == "stuck") {
                         ++stuck;
                         opened.wait();
                       }
                       return Resolver::Addresses{address_one};
                     },
                     .threads_max = 2});
  for (int i = 0; i < 3; ++i) {
    const auto start = Clock::now();
    const auto result = resolve(resolver, "stuck", 50ms);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::dns_failed);
    EXPECT_THAT(result.error().message, HasSubstr("no answer in time"));
    EXPECT_LT(test::milliseconds_since(start), 500);
    EXPECT_TRUE(resolve(resolver, "other" + std::to_string(i)));
  }
  EXPECT_EQ(stuck, 1);
  gate.open();
  EXPECT_TRUE(resolve(resolver, "stuck"));
}

TEST_F(ResolverTest, many_ask_and_one_lookup_answers) {
  Gate gate;
  std::atomic<int> lookups = 0;
  Resolver resolver({.lookup = [&lookups, opened = gate.opened](
                                   const std::string&) -> Result<Resolver::Addresses> {
    ++lookups;
    opened.wait();
    return Resolver::Addresses{address_one};
  }});
  std::array<std::optional<Result<Resolver::Addresses>>, 5> results;
  for (auto& result : results) {
    test::start(loop_, resolver.resolve(loop_, "name", in(5s), abort_), result);
  }
  gate.open();
  for (auto& result : results) EXPECT_TRUE(test::finish(loop_, result));
  EXPECT_EQ(lookups, 1);
}

TEST_F(ResolverTest, an_abort_ends_the_wait_at_once) {
  Gate gate;
  Resolver resolver(
      {.lookup = [opened = gate.opened](const std::string&) -> Result<Resolver::Addresses> {
        opened.wait();
        return Resolver::Addresses{address_one};
      }});
  loop_.post([this] {
    abort_.fire(Error{.code = Errc::cancelled, .message = "the client left", .context = {}});
  });
  const auto start = Clock::now();
  const auto result = resolve(resolver, "name");
  EXPECT_EQ(result.error().code, Errc::cancelled);
  EXPECT_LT(test::milliseconds_since(start), 1000);
  gate.open();
}

TEST_F(ResolverTest, the_queue_is_bounded) {
  Gate gate;
  Resolver resolver(
      {.lookup = [opened = gate.opened](const std::string&) -> Result<Resolver::Addresses> {
         opened.wait();
         return Resolver::Addresses{address_one};
       },
       .threads_max = 1,
       .queue_max = 1});
  EXPECT_FALSE(resolve(resolver, "one", 50ms));
  std::optional<Result<Resolver::Addresses>> waiting;
  test::start(loop_, resolver.resolve(loop_, "two", in(5s), abort_), waiting);
  EXPECT_THAT(resolve(resolver, "three").error().message, HasSubstr("1 names wait already"));
  gate.open();
  EXPECT_TRUE(test::finish(loop_, waiting));
}

TEST_F(ResolverTest, can_be_destroyed_while_a_lookup_is_stuck) {
  Gate gate;
  const auto ended = std::make_shared<std::latch>(1);
  {
    // Only a lookup that has begun can be stuck: the wait for it ends then, and not by a clock.
    Resolver resolver({.lookup = [this, opened = gate.opened, ended](const std::string&) {
      loop_.post([this] {
        abort_.fire(Error{.code = Errc::cancelled, .message = "enough", .context = {}});
      });
      opened.wait();
      ended->count_down();
      return fail("too late");
    }});
    EXPECT_FALSE(resolve(resolver, "stuck"));
  }
  gate.open();
  ended->wait();
}

}  // namespace
}  // namespace tollway::net
