// The gateway is killed under load, a hundred times, and the upstream's own invoice is the witness:
// no attempt is lost, none is doubled, and what a client has in hand is paid for.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "integration/in_each_dialect.hpp"
#include "support/ledger_rows.hpp"

namespace tollway::test {
namespace {

constexpr int clients = 6;
constexpr int kills_a_test = 20;

// Answers every request once, under a number of its own, and keeps what it will send a bill for.
class Invoice {
 public:
  FaultUpstream::Script script() {
    return FaultUpstream::answering([this](const Request& request) {
      const int number = ++lines_;
      const auto id = fmt::format("gen-{}", number);
      constexpr auto usage =
          R"("usage":{"prompt_tokens":1000,"completion_tokens":100,"cost":0.0035})";
      if (request.body.find("\"stream\":true") == std::string::npos) {
        return json_answer(
            fmt::format(R"({{"id":"{}","model":"openai/gpt-4o","choices":[],{}}})", id, usage));
      }
      return sse_answer(fmt::format(
          "data: {{\"id\":\"{0}\",\"model\":\"openai/gpt-4o\",\"choices\":[{{\"index\":0,\"delta\":"
          "{{\"content\":\"x\"}},\"finish_reason\":\"stop\"}}]}}\n\ndata: {{\"id\":\"{0}\","
          "\"choices\":[],{1}}}\n\ndata: [DONE]\n\n",
          id, usage));
    });
  }
  [[nodiscard]] int lines() const { return lines_; }

 private:
  std::atomic<int> lines_ = 0;
};

// What clients have in hand: the ids of answers that came whole.
class Receipts {
 public:
  void add(const std::string& body) {
    const auto at = body.find("gen-");
    const std::lock_guard lock(mutex_);
    ids_.insert(body.substr(at, body.find('"', at) - at));
  }
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return ids_.size();
  }
  [[nodiscard]] std::set<std::string> ids() const {
    const std::lock_guard lock(mutex_);
    return ids_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> ids_;
};

void ask_until_it_is_gone(const Gateway& gateway, RawClient& client, Receipts& receipts,
                          bool stream) {
  const auto body = fmt::format(R"({{"model":"openai/gpt-4o","stream":{},"messages":[]}})", stream);
  while (client.send(gateway.request_bytes("POST", "/api/v1/chat/completions", body))) {
    const auto answer = client.read_answer();
    if (answer.status != 200 || !answer.complete) return;
    receipts.add(answer.body);
  }
}

void load_and_kill(Gateway& gateway, Receipts& receipts, std::size_t answers) {
  const std::size_t enough = receipts.count() + answers;
  std::vector<std::unique_ptr<RawClient>> connected;  // before anything is killed
  connected.reserve(clients);
  for (int i = 0; i < clients; ++i) {
    connected.push_back(std::make_unique<RawClient>(gateway.port()));
  }
  std::vector<std::thread> threads;
  threads.reserve(clients);
  for (std::size_t i = 0; i < connected.size(); ++i) {
    threads.emplace_back(
        [&, i] { ask_until_it_is_gone(gateway, *connected[i], receipts, i % 2 == 0); });
  }
  EXPECT_TRUE(wait_until([&] { return receipts.count() >= enough; }));
  gateway.process().signal(SIGKILL);
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(gateway.process().wait_for_exit());
  gateway.expect_nothing_at_end();
}

class KillUnderLoad : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(P, KillUnderLoad, testing::Range(0U, 5U));

TEST_P(KillUnderLoad, P01_M04_M10_no_attempt_is_lost_and_none_is_doubled) {
  Invoice invoice;
  FaultUpstream upstream(invoice.script());
  const TemporaryDirectory files;
  std::mt19937 random(GetParam());
  Receipts receipts;
  std::string key;
  for (int kill = 0; kill < kills_a_test; ++kill) {
    Gateway gateway(upstream, {.data = files.path() / "data", .key = key});
    key = gateway.key();
    load_and_kill(gateway, receipts, std::uniform_int_distribution<std::size_t>(0, 40)(random));
  }
  {
    Gateway gateway(upstream, {.data = files.path() / "data", .key = key});
    gateway.stop();
  }

  const auto rows = ledger_rows(files.path() / "data");
  std::set<std::string> settled;
  std::size_t interrupted = 0;
  for (const auto& row : rows) {
    if (row.flags & flag_interrupted) {
      ++interrupted;
      EXPECT_EQ(row.billed, std::nullopt);
    } else if (!row.upstream_id.empty()) {
      EXPECT_TRUE(settled.insert(row.upstream_id).second) << row.upstream_id << " is there twice";
      EXPECT_EQ(row.billed, 3'500'000);
    }
  }
  for (const auto& id : receipts.ids()) {
    EXPECT_TRUE(settled.contains(id)) << id << " was answered and is not in the ledger";
  }
  // Each line of the invoice is an attempt: one that is settled, or one that was cut off.
  const auto lines = static_cast<std::size_t>(invoice.lines());
  EXPECT_LE(lines, rows.size());
  EXPECT_LE(lines - settled.size(), interrupted);
  EXPECT_LE(interrupted, static_cast<std::size_t>(kills_a_test * clients));
  const auto& data = files.path() / "data";
  EXPECT_EQ(ledger_number(data, "SELECT sum(cost) FROM requests"),
            ledger_number(data, "SELECT sum(billed) FROM attempts"));
  EXPECT_EQ(ledger_number(data, "SELECT sum(charged) FROM usage_days"),
            static_cast<std::int64_t>(settled.size()) * 3'500'000);
  RecordProperty("attempts", static_cast<int>(rows.size()));
  RecordProperty("interrupted", static_cast<int>(interrupted));
}

}  // namespace
}  // namespace tollway::test
