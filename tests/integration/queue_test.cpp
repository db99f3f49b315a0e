// Requests that wait for a limit: a bounded line, first come first served.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <mutex>
#include <numeric>
#include <vector>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto path = "/api/v1/chat/completions";

std::string numbered(int number, bool stream = false) {
  return fmt::format(
      R"({{"model":"test/model","messages":[{{"role":"user","content":"number {}"}}],"stream":{}}})",
      number, stream);
}

// Answers one after the other as far as the test lets it, and keeps whom it served in what order.
class SlowProvider {
 public:
  explicit SlowProvider(Millis time) : time_(time) {}

  [[nodiscard]] std::string url() const { return upstream_.url(); }
  [[nodiscard]] bool wait_for_requests(int count) const {
    return upstream_.wait_for_requests(count);
  }
  void let_go() { may_answer_.set(); }
  [[nodiscard]] int most_at_once() const {
    const std::scoped_lock lock(mutex_);
    return most_at_once_;
  }
  // The numbers of the requests.
  [[nodiscard]] std::vector<int> served() const {
    std::vector<int> numbers;
    for (const Request& request : upstream_.requests()) {
      constexpr std::string_view before = "number ";
      const auto at = request.body.find(before);
      numbers.push_back(
          at == std::string::npos ? -1 : std::atoi(request.body.c_str() + at + before.size()));
    }
    return numbers;
  }

 private:
  void count(int more) {
    const std::scoped_lock lock(mutex_);
    under_way_ += more;
    most_at_once_ = std::max(most_at_once_, under_way_);
  }
  void serve(UpstreamConnection& connection) {
    while (const auto request = connection.read_request()) {
      count(1);
      connection.wait_for(may_answer_);
      connection.stall(time_);
      count(-1);
      const bool stream = request->body.contains(R"("stream":true)");
      connection.send(stream ? sse_answer(chat_dialect().whole_stream())
                             : json_answer(chat_dialect().json));
    }
  }

  const Millis time_;
  Signal may_answer_;
  mutable std::mutex mutex_;
  int under_way_ = 0;
  int most_at_once_ = 0;
  FaultUpstream upstream_{[this](UpstreamConnection& connection) { serve(connection); }};
};

class Queue : public testing::Test {
 protected:
  void ask(const Gateway& gateway, int count) {
    for (int i = 0; i < count; ++i) send(gateway, false);
  }
  // One after the other: each hears that it waits before the next one comes.
  void wait_in_line(const Gateway& gateway, int count) {
    for (int i = 0; i < count; ++i) {
      Asked& asked = send(gateway, true);
      asked.begun = asked.client.begin_answer();
      EXPECT_TRUE(asked.client.read_until(asked.begun, ": TOLLWAY PROCESSING\n\n"));
    }
  }
  [[nodiscard]] Answer answer(std::size_t number) {
    Asked& asked = asked_[number];
    if (asked.begun.status == 0) return asked.client.read_answer(60s);
    asked.client.finish(asked.begun, 60s);
    return asked.begun;
  }
  void leave(std::size_t number) { asked_[number].client.reset(); }
  void forget_all() { asked_.clear(); }
  [[nodiscard]] GatewayOptions options(std::map<std::string, std::string> more = {}) const {
    more["TOLLWAY_LLM_FIRST_CONCURRENT_MAX"] = "1";
    more["TOLLWAY_STREAM_SILENCE"] = "0.02";
    return providers_.options(std::move(more));
  }

  SlowProvider provider_{1ms};

 private:
  struct Asked {
    explicit Asked(std::uint16_t port) : client(port) {}
    RawClient client;
    Answer begun = {};
  };
  Asked& send(const Gateway& gateway, bool stream) {
    Asked& asked = asked_.emplace_back(gateway.port());
    asked.client.send(
        gateway.request_bytes("POST", path, numbered(static_cast<int>(asked_.size()), stream)));
    return asked;
  }

  SeveralProviders providers_{{own_provider("first", provider_.url())}};
  std::deque<Asked> asked_;
};

TEST_F(Queue, who_comes_first_is_served_first) {
  constexpr int count = 40;
  Gateway gateway(options({{"TOLLWAY_THREADS", "2"}}));
  wait_in_line(gateway, count);
  provider_.let_go();
  for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(answer(i).body.contains("[DONE]"));
  std::vector<int> as_they_came(count);
  std::iota(as_they_came.begin(), as_they_came.end(), 1);
  EXPECT_EQ(provider_.served(), as_they_came);
  EXPECT_EQ(provider_.most_at_once(), 1);
}

TEST_F(Queue, who_finds_it_full_hears_so_at_once) {
  Gateway gateway(options({{"TOLLWAY_ROUTING_QUEUE_MAX", "3"}}));
  wait_in_line(gateway, 1 + 3);
  const auto before = Clock::now();
  for (int i = 0; i < 5; ++i) {
    const auto refused = gateway.post(path, numbered(99));
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_TRUE(refused.headers.find("retry-after").has_value());
  }
  EXPECT_LT(Clock::now() - before, 5s);
  leave(1);  // which makes room in the line
  (void)gateway.wait_for_record(
      [](const AccessRecord& record) { return record.outcome() == "cancelled"; });
  wait_in_line(gateway, 1);
  provider_.let_go();
  for (const std::size_t number : {0U, 2U, 3U, 4U}) {
    EXPECT_TRUE(answer(number).body.contains("[DONE]"));
  }
  EXPECT_EQ(provider_.served(), (std::vector{1, 3, 4, 5}));
}

TEST_F(Queue, nobody_waits_longer_than_he_may) {
  Gateway gateway(options({{"TOLLWAY_ROUTING_QUEUE_WAIT_MAX", "0.5"}}));
  ask(gateway, 1);
  ASSERT_TRUE(provider_.wait_for_requests(1));
  const auto before = Clock::now();
  const auto refused = gateway.post(path, numbered(99));
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_GE(Clock::now() - before, 400ms);
  EXPECT_LT(Clock::now() - before, 10s);
  provider_.let_go();
  EXPECT_EQ(answer(0).status, 200);
}

TEST_F(Queue, waiting_takes_no_processor) {
  constexpr int count = 1500;
  constexpr rlim_t open_files = 4096;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < open_files) GTEST_SKIP() << "lacks 4096 open files";
  limit.rlim_cur = std::max(limit.rlim_cur, open_files);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  Gateway gateway(options());
  ask(gateway, count);
  ASSERT_TRUE(provider_.wait_for_requests(1));
  EXPECT_EQ(gateway.get("/api/v1/health").status, 200);
  // Once the last of them stand in line.
  EXPECT_TRUE(wait_until([&] {
    const auto before = gateway.process().cpu_time();
    std::this_thread::sleep_for(2s);
    return gateway.process().cpu_time() - before < 200ms;
  }));
  provider_.let_go();
  int served = 0;
  for (std::size_t i = 0; i < count; ++i) served += answer(i).status == 200 ? 1 : 0;
  EXPECT_EQ(served, count);
  EXPECT_EQ(provider_.most_at_once(), 1);
}

TEST_F(Queue, a_providers_and_a_models_limits_are_of_all_keys) {
  const auto expect_at_most = [this](const std::string& limits, int expected) {
    SlowProvider provider(1ms);
    const SeveralProviders one({own_provider("first", provider.url())});
    Gateway gateway(one.options({{"TOLLWAY_LLM_FIRST_SHARED_LIMITS", limits}}));
    forget_all();
    ask(gateway, 12);
    EXPECT_TRUE(provider.wait_for_requests(expected));
    provider.let_go();
    for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(answer(i).status, 200);
    EXPECT_EQ(provider.most_at_once(), expected) << limits;
  };
  expect_at_most(R"({"*":{"concurrent_max":3}})", 3);
  expect_at_most(R"({"*":{"concurrent_max":3},"model":{"concurrent_max":2}})", 2);
  expect_at_most(R"({"other":{"concurrent_max":1}})", 12);
  provider_.let_go();
}

TEST_F(Queue, its_settings_are_read_anew) {
  auto with_config = options();
  const auto config = std::filesystem::path(with_config.environment.at("XDG_CONFIG_HOME")) /
                      "tollway" / "tollway.toml";
  Gateway gateway(std::move(with_config));
  wait_in_line(gateway, 2);
  replace_file(config, "[routing]\nqueue_max = 1\n");
  gateway.process().signal(SIGHUP);
  const auto deadline = Clock::now() + patience;
  Answer refused;
  do {
    RawClient client(gateway.port());
    client.send(gateway.request_bytes("POST", path, numbered(99)));
    refused = client.read_answer(200ms);
  } while (refused.status != 503 && Clock::now() < deadline);
  EXPECT_EQ(refused.status, 503) << "the line is full with the one who waits";
  provider_.let_go();
  EXPECT_EQ(answer(0).status, 200);
  EXPECT_EQ(answer(1).status, 200);
}

}  // namespace
}  // namespace tollway::test
