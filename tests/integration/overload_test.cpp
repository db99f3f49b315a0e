// Requests that wait too long for their turn: further ones are turned away at once, what tells the
// operator is answered, and afterwards all is as before.
#include <gtest/gtest.h>

#include <csignal>
#include <deque>

#include "support/dialects.hpp"
#include "support/gateway_process.hpp"

namespace tollway::test {
namespace {

constexpr auto path = "/api/v1/chat/completions";
constexpr int clients = 300;
constexpr int requests_each = 20;

TEST(Overload, turns_work_away_and_answers_what_only_reads) {
  Gateway gateway(
      {.environment = {{"TOLLWAY_THREADS", "1"}, {"TOLLWAY_REQUEST_QUEUE_DELAY_MAX", "0.002"}}});
  const std::string body =
      R"({"model":"tollway/echo","messages":[{"role":"user","content":"Hello"}]})";
  std::string bytes;
  for (int i = 0; i < requests_each; ++i) bytes += gateway.request_bytes("POST", path, body);
  std::deque<RawClient> waiting;
  for (int i = 0; i < clients; ++i) waiting.emplace_back(gateway.port());
  // All of them are there before it looks, however fast it is and slow the test.
  gateway.process().signal(SIGSTOP);
  for (auto& client : waiting) client.send(bytes);
  gateway.process().signal(SIGCONT);

  int served = 0;
  int refused = 0;
  int health_answers = 0;
  for (auto& client : waiting) {
    if (refused > 0 && health_answers < 10) {
      EXPECT_EQ(gateway.get("/api/v1/health").status, 200);
      ++health_answers;
    }
    for (int i = 0; i < requests_each; ++i) {
      const auto got = client.read_answer();
      served += got.status == 200 ? 1 : 0;
      if (got.status != 503) continue;
      ++refused;
      expect_error_answer(got, 503, path);
      EXPECT_EQ(got.headers.find("retry-after"), "1");
    }
  }
  EXPECT_EQ(served + refused, clients * requests_each) << "each is answered, one way or the other";
  EXPECT_GT(refused, 0);
  EXPECT_GT(served, 0);
  EXPECT_GT(health_answers, 0);
  EXPECT_TRUE(wait_until([&] { return gateway.post(path, body).status == 200; }));
}

}  // namespace
}  // namespace tollway::test
