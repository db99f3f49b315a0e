// Everybody is down: what upstreams see of it is hardly more than what clients send.
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr int providers = 4;
constexpr int requests = 200;
constexpr auto path = "/api/v1/chat/completions";

struct Outage {
  std::string name;
  std::string answer;  // empty: a reset
};
void PrintTo(const Outage& outage, std::ostream* out) {
  *out << outage.name;
}

class TotalOutage : public testing::TestWithParam<Outage> {};
INSTANTIATE_TEST_SUITE_P(
    Amplification, TotalOutage,
    testing::Values(
        Outage{"failing", answer(500, "application/json", R"({"error":{"message":"no"}})")},
        Outage{"resetting", ""},
        Outage{"throttling", answer(429, "application/json", R"({"error":{"message":"no"}})")},
        Outage{"throttling_for_a_second",
               answer(429, "application/json", R"({"error":{"message":"no"}})",
                      {{"Retry-After", "1"}})}),
    [](const auto& info) { return info.param.name; });

// Four providers of one model, of whom each fails all it is asked.
class AllFailing {
 public:
  // `after`: so that all who ask at once are under way before the first of them fails.
  explicit AllFailing(const std::string& answer, Millis after = 0ms) {
    std::vector<ListedProvider> listed;
    for (int i = 0; i < providers; ++i) {
      upstreams_.push_back(
          std::make_unique<FaultUpstream>([answer, after](UpstreamConnection& connection) {
            while (connection.read_request()) {
              if (after > 0ms) connection.stall(after);
              if (answer.empty()) return connection.reset();
              connection.send(answer);
            }
          }));
      listed.push_back(own_provider(fmt::format("number{}", i), upstreams_.back()->url()));
    }
    listed_.emplace(std::move(listed));
  }
  [[nodiscard]] GatewayOptions options() const { return listed_->options(); }
  [[nodiscard]] int attempts() const {
    int sum = 0;
    for (const auto& upstream : upstreams_) sum += upstream->request_count();
    return sum;
  }

 private:
  std::vector<std::unique_ptr<FaultUpstream>> upstreams_;
  std::optional<SeveralProviders> listed_;
};

// Five failures in a row open a breaker, so that the first five requests go to all four providers;
// ten retries are saved for such a burst. Both are within what is measured.
TEST_P(TotalOutage, attempts_are_at_most_a_fifth_more_than_requests) {
  const AllFailing all(GetParam().answer);
  Gateway gateway(all.options());
  for (int i = 0; i < requests; ++i) {
    const auto got = gateway.post(path, chat_dialect().body(false));
    EXPECT_GE(got.status, 429) << got.body;
  }
  RecordProperty("attempts", all.attempts());
  EXPECT_GE(all.attempts(), providers) << "everybody was asked";
  EXPECT_LE(all.attempts(), requests * 12 / 10);
}

// All of a burst are under way before anybody has failed once: each of the first one's requests may
// find everybody's breaker closed, and ten retries are saved for it, so that it makes up to
// 50 * 4 + 10 attempts. What follows finds the breakers open, and one request a second looks.
TEST_P(TotalOutage, attempts_are_at_most_a_fifth_more_than_requests_in_bursts) {
  constexpr int bursts = 10;
  constexpr int at_once = 50;
  constexpr int saved_retries = 10;
  const AllFailing all(GetParam().answer, 20ms);
  Gateway gateway(all.options());
  const auto bytes = gateway.request_bytes("POST", path, chat_dialect().body(false));
  int in_first_burst = 0;
  const Stopwatch watch;
  for (int burst = 0; burst < bursts; ++burst) {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < at_once; ++i) {
      clients.push_back(std::make_unique<RawClient>(gateway.port()));
      clients.back()->send(bytes);
    }
    for (auto& client : clients) {
      const auto got = client->read_answer();
      EXPECT_GE(got.status, 429) << got.body;
    }
    if (burst == 0) in_first_burst = all.attempts();
  }
  const int attempts = all.attempts();
  RecordProperty("attempts_in_first_burst", in_first_burst);
  RecordProperty("attempts", attempts);
  EXPECT_GE(in_first_burst, at_once) << "nobody was given up before he was tried";
  EXPECT_LE(in_first_burst, at_once * providers + saved_retries);
  EXPECT_LE(attempts, bursts * at_once * 12 / 10);
  // Beside what the first burst's last retries were: a look a second at each of those who fail.
  const auto seconds = static_cast<int>(watch.elapsed() / 1s) + 1;
  EXPECT_LE(attempts - in_first_burst, saved_retries + providers * seconds)
      << "open breakers let requests through";
}

}  // namespace
}  // namespace tollway::test
