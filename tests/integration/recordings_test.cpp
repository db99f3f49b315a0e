// Every recorded exchange with OpenRouter, carried by the gateway, comes out as it went in.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "support/gateway_process.hpp"
#include "support/recorded.hpp"
#include "support/replay_process.hpp"

namespace tollway::test {
namespace {

class Recordings : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    recordings_ = read_recordings(folder());
    if (recordings_.empty()) {
      GTEST_SKIP() << "the recordings in " << folder() << ", which are not there";
    }
  }

  [[nodiscard]] static std::filesystem::path folder() { return recordings_of(GetParam()); }

  [[nodiscard]] static GatewayOptions in_front_of(const ReplayProcess& replay) {
    // One thread, so that the records come in the order of the requests.
    return {.upstream_url = replay.url() + "/api/v1", .environment = {{"TOLLWAY_THREADS", "1"}}};
  }

  static bool same(const Recorded& recorded, const Answer& answer) {
    if (answer.status != recorded.status || !answer.complete) return false;
    if (!recorded.is_stream) return answer.body_json() == parse_json(recorded.answer_body);
    return split_stream(answer.body).items == split_stream(recorded.answer_body).items;
  }

  static void expect_same(const Recorded& recorded, const Answer& answer) {
    SCOPED_TRACE(recorded.name);
    EXPECT_EQ(answer.status, recorded.status) << answer.body;
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.headers.find("content-type"),
              recorded.is_stream ? "text/event-stream" : "application/json");
    if (!recorded.is_stream) {
      EXPECT_EQ(answer.body_json(), parse_json(recorded.answer_body));
      return;
    }
    const auto came = split_stream(answer.body);
    const auto sent = split_stream(recorded.answer_body);
    EXPECT_EQ(came.items, sent.items);
    EXPECT_EQ(came.unfinished, "");
  }

  // One after another: recordings of equal requests are served in the order of their names.
  void expect_all_carried(const std::vector<std::string>& flags) const {
    const ReplayProcess replay(folder(), flags);
    Gateway gateway(in_front_of(replay));
    for (const auto& recorded : recordings_) {
      expect_same(recorded, gateway.post(recorded.path, json::serialize(recorded.request_body)));
    }
    gateway.stop();
    const auto records = gateway.records();
    ASSERT_EQ(records.size(), recordings_.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(records[i].status(), recordings_[i].status);
      EXPECT_EQ(records[i].outcome(), records[i].status() == 200 ? "ok" : "upstream_error")
          << recordings_[i].name;
    }
  }

  std::vector<Recorded> recordings_;
};
INSTANTIATE_TEST_SUITE_P(OpenRouter, Recordings, testing::Values("openrouter", "openrouter-sdk"),
                         [](const auto& info) {
                           return info.param == "openrouter" ? "cassettes" : "sdk";
                         });

TEST_P(Recordings, at_full_speed) {
  expect_all_carried({"--speed", "max"});
}

TEST_P(Recordings, U17_split_at_every_byte) {
  expect_all_carried({"--speed", "max", "--split", "1"});
}

TEST_P(Recordings, at_recorded_speed) {
  const ReplayProcess replay(folder());
  Gateway gateway(in_front_of(replay));
  std::vector<Answer> answers(recordings_.size());
  std::vector<std::thread> clients;  // all at once, so that it takes as long as the longest
  clients.reserve(recordings_.size());
  for (std::size_t i = 0; i < recordings_.size(); ++i) {
    clients.emplace_back([&, i] {
      answers[i] = gateway.post(recordings_[i].path, json::serialize(recordings_[i].request_body));
    });
  }
  for (auto& client : clients) client.join();
  for (std::size_t i = 0; i < recordings_.size(); ++i) {
    // Of several recordings of one request, any may have been served.
    const auto served = std::ranges::find_if(recordings_, [&](const Recorded& other) {
      return other.path == recordings_[i].path &&
             other.request_body == recordings_[i].request_body && same(other, answers[i]);
    });
    if (served == recordings_.end()) expect_same(recordings_[i], answers[i]);
  }
}

}  // namespace
}  // namespace tollway::test
