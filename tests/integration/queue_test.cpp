// Requests that wait for a limit: a bounded line, first come first served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

constexpr auto path = "/api/v1/chat/completions";

std::string numbered(int number) {
  return fmt::format(
      R"({{"model":"test/model","messages":[{{"role":"user","content":"number {}"}}]}})", number);
}

// Answers one after the other as far as the test lets it, and keeps whom it served in what order.
class SlowProvider {
 public:
  explicit SlowProvider(Millis time) : time_(time) {}

  [[nodiscard]] std::string url() const { return upstream_.url(); }
  [[nodiscard]] bool wait_for_requests(int count) const {
    return upstream_.wait_for_requests(count);
  }
  void let_go() { may_answer.set(); }
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
    while (connection.read_request()) {
      count(1);
      connection.wait_for(may_answer);
      connection.stall(time_);
      count(-1);
      connection.send(json_answer(chat_dialect().json));
    }
  }

  const Millis time_;
  Signal may_answer;
  mutable std::mutex mutex_;
  int under_way_ = 0;
  int most_at_once_ = 0;
  FaultUpstream upstream_{[this](UpstreamConnection& connection) { serve(connection); }};
};

class Queue : public testing::Test {
 protected:
  // One after the other, so that all know who came first.
  void ask(const Gateway& gateway, int count, Millis apart = 20ms) {
    for (int i = 0; i < count; ++i) {
      clients_.push_back(std::make_unique<RawClient>(gateway.port()));
      clients_.back()->send(gateway.request_bytes("POST", path, numbered(++last_)));
      std::this_thread::sleep_for(apart);
    }
  }
  [[nodiscard]] Answer answer(std::size_t client) { return clients_[client]->read_answer(30s); }

  SlowProvider provider_{1ms};
  SeveralProviders providers_{{own_provider("first", provider_.url())}};
  std::vector<std::unique_ptr<RawClient>> clients_;
  int last_ = 0;
};

TEST_F(Queue, who_comes_first_is_served_first) {
  Gateway gateway(
      providers_.options({{"TOLLWAY_LLM_FIRST_CONCURRENT_MAX", "1"}, {"TOLLWAY_THREADS", "2"}}));
  ask(gateway, 40);
  provider_.let_go();
  for (std::size_t i = 0; i < clients_.size(); ++i) EXPECT_EQ(answer(i).status, 200);
  const auto served = provider_.served();
  ASSERT_EQ(served.size(), 40U);
  // The machine may have held one up for longer than the next one took to come.
  for (int i = 0; i < 40; ++i) EXPECT_NEAR(served[static_cast<std::size_t>(i)], i + 1, 2);
  EXPECT_EQ(provider_.most_at_once(), 1);
}

TEST_F(Queue, who_finds_it_full_hears_so_at_once) {
  Gateway gateway(providers_.options(
      {{"TOLLWAY_LLM_FIRST_CONCURRENT_MAX", "1"}, {"TOLLWAY_ROUTING_QUEUE_MAX", "3"}}));
  ask(gateway, 1 + 3);
  ASSERT_TRUE(provider_.wait_for_requests(1));
  const auto before = Clock::now();
  for (int i = 0; i < 5; ++i) {
    const auto refused = gateway.post(path, numbered(99));
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_TRUE(refused.headers.find("retry-after").has_value());
  }
  EXPECT_LT(Clock::now() - before, 5s);
  clients_[1]->reset();  // whoever leaves makes room in the line
  (void)gateway.wait_for_record(
      [](const AccessRecord& record) { return record.outcome() == "cancelled"; });
  ask(gateway, 1);
  provider_.let_go();
  for (const std::size_t client : {0U, 2U, 3U, 4U}) EXPECT_EQ(answer(client).status, 200);
  EXPECT_EQ(provider_.served(), (std::vector{1, 3, 4, 5}));
}

TEST_F(Queue, nobody_waits_longer_than_he_may) {
  Gateway gateway(providers_.options(
      {{"TOLLWAY_LLM_FIRST_CONCURRENT_MAX", "1"}, {"TOLLWAY_ROUTING_QUEUE_WAIT_MAX", "0.5"}}));
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
  Gateway gateway(providers_.options({{"TOLLWAY_LLM_FIRST_CONCURRENT_MAX", "1"}}));
  ask(gateway, count, 0ms);
  ASSERT_TRUE(provider_.wait_for_requests(1));
  EXPECT_EQ(gateway.get("/api/v1/health").status, 200);
  std::this_thread::sleep_for(1s);  // until the last of them stand in line
  const auto before = gateway.process().cpu_time();
  std::this_thread::sleep_for(2s);
  EXPECT_LT(gateway.process().cpu_time() - before, 200ms);
  provider_.let_go();
  int served = 0;
  for (auto& client : clients_) served += client->read_answer(60s).status == 200 ? 1 : 0;
  EXPECT_EQ(served, count);
  EXPECT_EQ(provider_.most_at_once(), 1);
}

TEST_F(Queue, a_providers_and_a_models_limits_are_of_all_keys) {
  const auto most_with = [this](const std::string& limits) {
    SlowProvider provider(30ms);
    provider.let_go();
    const SeveralProviders one({own_provider("first", provider.url())});
    Gateway gateway(one.options({{"TOLLWAY_LLM_FIRST_SHARED_LIMITS", limits}}));
    clients_.clear();
    ask(gateway, 12, 0ms);
    for (std::size_t i = 0; i < clients_.size(); ++i) EXPECT_EQ(answer(i).status, 200);
    return provider.most_at_once();
  };
  EXPECT_EQ(most_with(R"({"*":{"concurrent_max":3}})"), 3);
  EXPECT_EQ(most_with(R"({"*":{"concurrent_max":3},"model":{"concurrent_max":2}})"), 2);
  EXPECT_GT(most_with(R"({"other":{"concurrent_max":1}})"), 3);
  provider_.let_go();
}

TEST_F(Queue, its_settings_are_read_anew) {
  auto options = providers_.options({{"TOLLWAY_LLM_FIRST_CONCURRENT_MAX", "1"}});
  const auto config =
      std::filesystem::path(options.environment.at("XDG_CONFIG_HOME")) / "tollway" / "tollway.toml";
  Gateway gateway(std::move(options));
  ask(gateway, 2);
  ASSERT_TRUE(provider_.wait_for_requests(1));
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
