// The gateway is killed under load, a hundred times, and its two upstreams' own invoices are the
// witness: no attempt is lost, none is doubled, and what a client has in hand is paid for. Some
// calls are refused, some cut, some never answered, so that there are fallbacks and hedges.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "integration/in_each_dialect.hpp"
#include "integration/ledger_in_order.hpp"
#include "support/ledger_rows.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr int clients = 6;
constexpr int kills_a_test = 20;
constexpr int kills_max = 30;
constexpr std::int64_t cost = 1'200'000;  // nanodollars of an answer, by the providers' lists

// One provider. Every call has a number; what it answers has that in its id, and is on its invoice.
class Vendor {
 public:
  explicit Vendor(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] std::string url() const { return upstream_.url(); }
  [[nodiscard]] std::size_t calls() const { return static_cast<std::size_t>(calls_); }
  [[nodiscard]] std::size_t answered() const { return static_cast<std::size_t>(answered_); }

 private:
  void serve(UpstreamConnection& connection) {
    while (const auto request = connection.read_request()) {
      if (request->method != "POST") {
        connection.send(json_answer(R"({"data":[]})"));
        continue;
      }
      const int number = ++calls_;
      const bool stream = request->body.contains("\"stream\":true");
      if (number % 7 == 3) {
        connection.send(answer(503, "application/json", R"({"error":{"message":"busy"}})"));
      } else if (number % 11 == 5) {
        // Within its answer: before it, a connection that was kept is replaced in silence.
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
        return connection.close();
      } else if (stream && number % 13 == 6) {
        return connection.stall_until_hangup();
      } else {
        ++answered_;
        connection.send(answer_to(number, stream));
      }
    }
  }
  [[nodiscard]] std::string answer_to(int number, bool stream) const {
    const auto id = fmt::format("gen-{}-{}", name_, number);
    constexpr auto usage = R"("usage":{"prompt_tokens":1000,"completion_tokens":100})";
    if (!stream) {
      return json_answer(
          fmt::format(R"({{"id":"{}","model":"test/model","choices":[],{}}})", id, usage));
    }
    return sse_answer(fmt::format(
        "data: {{\"id\":\"{0}\",\"model\":\"test/model\",\"choices\":[{{\"index\":0,\"delta\":"
        "{{\"content\":\"x\"}},\"finish_reason\":\"stop\"}}]}}\n\ndata: {{\"id\":\"{0}\","
        "\"choices\":[],{1}}}\n\ndata: [DONE]\n\n",
        id, usage));
  }

  std::string name_;
  std::atomic<int> calls_ = 0;
  std::atomic<int> answered_ = 0;
  FaultUpstream upstream_{[this](UpstreamConnection& connection) { serve(connection); }};
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
  const auto body = fmt::format(R"({{"model":"test/model","stream":{},"messages":[]}})", stream);
  while (client.send(gateway.request_bytes("POST", "/api/v1/chat/completions", body))) {
    const auto answer = client.read_answer();
    if (!answer.complete) return;
    if (answer.status == 200) receipts.add(answer.body);
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

// What the ledger says of the attempts, by how they ended.
struct Ended {
  explicit Ended(const std::vector<LedgerRow>& rows) {
    for (const auto& row : rows) {
      ++by_provider[row.provider];
      ++of_request[row.request];
      if (row.flags & flag_interrupted) {
        ++interrupted;
        EXPECT_EQ(row.billed, std::nullopt);
        EXPECT_EQ(row.computed, std::nullopt);
      } else if (row.flags & flag_cancelled) {
        ++cancelled;
      } else if (row.flags & flag_failed) {
        ++failed;
      } else {
        EXPECT_TRUE(settled.insert(row.upstream_id).second) << row.upstream_id << " is there twice";
        EXPECT_EQ(row.computed, cost) << row.upstream_id;
      }
    }
  }
  std::map<std::string, std::size_t> by_provider;
  std::map<std::string, int> of_request;
  std::set<std::string> settled;
  std::size_t interrupted = 0;
  std::size_t cancelled = 0;
  std::size_t failed = 0;
};

// Has a gateway settle what was under way, and looks.
bool a_hedge_was_called_off(const GatewayOptions& options) {
  Gateway(options).stop();
  return std::ranges::any_of(ledger_rows(options.data),
                             [](const LedgerRow& row) { return row.flags & flag_cancelled; });
}

TEST_P(KillUnderLoad, P01_M04_M10_no_attempt_is_lost_and_none_is_doubled) {
  Vendor first("first");
  Vendor second("second");
  const SeveralProviders both(
      {own_provider("first", first.url()), own_provider("second", second.url())});
  const auto options = both.options({{"TOLLWAY_ROUTING_HEDGE_AFTER", "0.005"}});
  std::mt19937 random(GetParam());
  Receipts receipts;
  int kills = 0;
  for (; kills < kills_a_test; ++kills) {
    Gateway gateway(options);
    load_and_kill(gateway, receipts, std::uniform_int_distribution<std::size_t>(0, 40)(random));
  }
  // Most gateways are killed before a hedge has come to its end, on some machines all of them.
  for (; !a_hedge_was_called_off(options) && kills < kills_max; ++kills) {
    Gateway gateway(options);
    load_and_kill(gateway, receipts, 200);
  }
  Gateway(options).stop();

  const auto& data = options.data;
  const auto rows = ledger_rows(data);
  const Ended ended(rows);
  for (const auto& id : receipts.ids()) {
    EXPECT_TRUE(ended.settled.contains(id)) << id << " was answered and is not in the ledger";
  }
  // Each call that a vendor saw is an attempt of the ledger; one that he did not see was cut off on
  // its way.
  const std::size_t cut_off = ended.interrupted + ended.cancelled;
  for (const auto& [name, vendor] : {std::pair{"first", &first}, {"second", &second}}) {
    const std::size_t attempts = ended.by_provider.at(name);
    EXPECT_GE(attempts, vendor->calls()) << name;
    EXPECT_LE(attempts - vendor->calls(), cut_off) << name;
  }
  EXPECT_LE(first.answered() + second.answered() - ended.settled.size(), cut_off);
  EXPECT_GT(ended.interrupted, 0U) << "nothing was under way when it was killed";
  EXPECT_LE(ended.interrupted, static_cast<std::size_t>(2 * kills * clients));
  EXPECT_GT(ended.failed, 0U);
  EXPECT_GT(ended.cancelled, 0U) << "no hedge was called off";
  EXPECT_TRUE(std::ranges::any_of(ended.of_request, [](const auto& of) { return of.second > 1; }));
  expect_ledger_in_order(data);
  EXPECT_EQ(ledger_number(data, "SELECT sum(charged) FROM spent_ever"),
            static_cast<std::int64_t>(ended.settled.size()) * cost);
  RecordProperty("attempts", static_cast<int>(rows.size()));
  RecordProperty("cancelled", static_cast<int>(ended.cancelled));
  RecordProperty("kills", kills);
  RecordProperty("interrupted", static_cast<int>(ended.interrupted));
}

}  // namespace
}  // namespace tollway::test
