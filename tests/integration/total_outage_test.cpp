// Everybody is down: what upstreams see of it is hardly more than what clients send.
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr int providers = 4;
constexpr int requests = 200;

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

// Five failures in a row open a breaker, so that the first five requests go to all four providers;
// ten retries are saved for such a burst. Both are within what is measured.
TEST_P(TotalOutage, attempts_are_at_most_a_fifth_more_than_requests) {
  std::vector<std::unique_ptr<FaultUpstream>> upstreams;
  std::vector<ListedProvider> listed;
  for (int i = 0; i < providers; ++i) {
    upstreams.push_back(std::make_unique<FaultUpstream>([&](UpstreamConnection& connection) {
      while (connection.read_request()) {
        if (GetParam().answer.empty()) return connection.reset();
        connection.send(GetParam().answer);
      }
    }));
    listed.push_back(own_provider(fmt::format("number{}", i), upstreams.back()->url()));
  }
  const SeveralProviders all(std::move(listed));
  Gateway gateway(all.options());
  for (int i = 0; i < requests; ++i) {
    const auto got = gateway.post("/api/v1/chat/completions", chat_dialect().body(false));
    EXPECT_GE(got.status, 429) << got.body;
  }
  int attempts = 0;
  for (const auto& upstream : upstreams) attempts += upstream->request_count();
  RecordProperty("attempts", attempts);
  EXPECT_GE(attempts, providers) << "everybody was asked";
  EXPECT_LE(attempts, requests * 12 / 10);
}

}  // namespace
}  // namespace tollway::test
