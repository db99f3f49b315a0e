// Shown 2: three replayed vendors and a faulty provider behind one gateway. Whatever is wrong with
// the first, the vendor that stands behind it is asked what was recorded, and the client gets what
// was recorded.
#include <gtest/gtest.h>

#include <array>
#include <atomic>

#include "integration/two_providers.hpp"
#include "support/recorded.hpp"
#include "support/replay_process.hpp"

namespace tollway::test {
namespace {

constexpr auto path = "/api/v1/chat/completions";
constexpr auto recorded_path = "/v1/chat/completions";

struct Vendor {
  std::string key;
  std::string model;
};

// Fails in another way each time, never with a word of an answer.
class Faulty {
 public:
  [[nodiscard]] std::string url() const { return upstream_.url(); }
  [[nodiscard]] int requests() const { return upstream_.request_count(); }

 private:
  void serve(UpstreamConnection& connection) {
    while (connection.read_request()) {
      switch (faults_++ % 5) {
        case 0:
          connection.send(answer(500, "application/json", R"({"error":{"message":"ill-test"}})"));
          break;
        case 1:
          connection.send(json_answer(R"({"error":{"code":502,"message":"ill-test"}})"));
          break;
        case 2:
          connection.send(sse_head() + chunk(": processing\n\n"));
          return;
        case 3:
          connection.send(
              answer(404, "application/json", R"({"error":{"code":"model_not_found"}})"));
          break;
        default:
          return;
      }
    }
  }

  std::atomic<int> faults_ = 0;
  FaultUpstream upstream_{[this](UpstreamConnection& connection) { serve(connection); }};
};

class ReplayedVendors : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& vendor : vendors_) {
      if (recordings_of_chat(vendor).empty()) {
        GTEST_SKIP() << "the recordings of " << vendor.key << ", which are not there";
      }
    }
  }

  [[nodiscard]] static std::vector<Recorded> recordings_of_chat(const Vendor& vendor) {
    auto all = read_recordings(recordings_of(vendor.key));
    std::erase_if(all, [&](const Recorded& recorded) {
      if (recorded.path != recorded_path || recorded.status != 200) return true;
      return text_at(recorded.request_body, "/model") != vendor.model;
    });
    return all;
  }

  // For the faulty provider's model first, then for the one that was recorded.
  [[nodiscard]] static std::string body_of(const Recorded& recorded) {
    auto body = recorded.request_body;
    auto& members = body.as_object();
    members["models"] = json::array{members["model"]};
    members["model"] = "test/model";
    return json::serialize(body);
  }

  static void expect_recorded(const Recorded& recorded, const Answer& got) {
    SCOPED_TRACE(recorded.name);
    EXPECT_EQ(got.status, 200) << got.body;
    EXPECT_TRUE(got.complete);
    if (recorded.is_stream) {
      EXPECT_EQ(without_usage(got.body), without_usage(recorded.answer_body));
    } else {
      EXPECT_EQ(without_usage(got.body_json()), without_usage(parse_json(recorded.answer_body)));
    }
  }

  const std::array<Vendor, 3> vendors_{{{.key = "openai", .model = "gpt-4o"},
                                        {.key = "mistral", .model = "mistral-medium-latest"},
                                        {.key = "cerebras", .model = "zai-glm-4.7"}}};
};

TEST_F(ReplayedVendors, stand_in_for_a_faulty_one) {
  const Faulty faulty;
  std::vector<ListedProvider> providers{own_provider("first", faulty.url())};
  std::vector<std::unique_ptr<ReplayProcess>> replays;
  for (const auto& vendor : vendors_) {
    replays.push_back(std::make_unique<ReplayProcess>(recordings_of(vendor.key),
                                                      std::vector<std::string>{"--speed", "max"}));
    providers.push_back({.key = vendor.key,
                         .url = replays.back()->url() + "/v1",
                         .model = vendor.model,
                         .bare_list = true});
  }
  const SeveralProviders all(std::move(providers));
  Gateway gateway(all.options({{"TOLLWAY_THREADS", "1"},
                               {"TOLLWAY_ROUTING_FIRST_DELAY", "0.01"},
                               {"TOLLWAY_ROUTING_BREAKER_JUDGED_MIN", "1000"},
                               {"TOLLWAY_ROUTING_BREAKER_FAILURES_IN_A_ROW", "1000"}}));
  int asked = 0;
  for (const auto& vendor : vendors_) {
    for (const auto& recorded : recordings_of_chat(vendor)) {
      expect_recorded(recorded, gateway.post(path, body_of(recorded)));
      ++asked;
    }
  }
  gateway.stop();
  int failed = 0;
  for (const auto& row : ledger_rows(gateway.data())) {
    const bool by_first = row.provider == "first";
    failed += by_first ? 1 : 0;
    EXPECT_EQ(row.outcome == "ok", !by_first) << row.provider << ": " << row.outcome;
  }
  EXPECT_GT(failed, asked / 2);
  EXPECT_LE(failed, faulty.requests());
  EXPECT_EQ(ledger_number(gateway.data(), "SELECT count(*) FROM attempts"), asked + failed);
}

}  // namespace
}  // namespace tollway::test
