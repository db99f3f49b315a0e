// What the gateway decided and measured is told to those who ask.
#include <gmock/gmock.h>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

constexpr auto chat_path = "/api/v1/chat/completions";

TEST(Explained, a_decision_in_the_answers_head_and_on_record) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", chat_path, chat_dialect().body(false),
                                    {{"X-Tollway-Explain", "true"}}));
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 200);
  const auto explained = parse_json(answer.headers.find("x-tollway-explain").value_or("null"));
  EXPECT_EQ(at(explained, "/strategy"), json::value("price_weighted"));
  ASSERT_EQ(at(explained, "/candidates").as_array().size(), 1U);
  EXPECT_EQ(at(explained, "/candidates/0/provider"), json::value("openrouter"));
  EXPECT_EQ(at(explained, "/candidates/0/place"), json::value(1));
  EXPECT_FALSE(upstream.request().headers.has("x-tollway-explain"));
  gateway.stop();
  EXPECT_THAT(read_file(gateway.data() / "access.jsonl"), HasSubstr(R"("explain":{"strategy":)"));
}

TEST(Explained, nobody_who_did_not_ask_is_told) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
  Gateway gateway(upstream);
  const auto answer = gateway.post(chat_path, chat_dialect().body(false));
  EXPECT_FALSE(answer.headers.has("x-tollway-explain"));
}

TEST(Explained, health_of_what_was_asked_for) {
  FaultUpstream upstream(FaultUpstream::answering([](const Request& request) {
    return request.body.find("bad") == std::string::npos
               ? json_answer(chat_dialect().json)
               : answer(404, "application/json", R"({"error":{"code":404,"message":"gone"}})");
  }));
  Gateway gateway(upstream);
  const auto command = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"providers", "--health", "--gateway",
                                   fmt::format("http://127.0.0.1:{}", gateway.port())};
    words.insert(words.end(), more.begin(), more.end());
    return run_tollway(words, {{"TOLLWAY_GATEWAY_KEY", gateway.key()}});
  };
  EXPECT_THAT(command({}).err, HasSubstr("no endpoint was asked"));
  EXPECT_EQ(gateway.post(chat_path, chat_dialect().body(false)).status, 200);
  EXPECT_EQ(gateway.post(chat_path, R"({"model":"bad","messages":[]})").status, 404);
  const auto health = gateway.get("/api/v1/providers/health");
  EXPECT_EQ(health.status, 200);
  std::int64_t successes = 0;
  for (const auto& row : at(health.body_json(), "/data").as_array()) {
    EXPECT_EQ(at(row, "/provider"), json::value("openrouter"));
    EXPECT_EQ(at(row, "/breaker"), json::value("closed"));
    successes += at(row, "/requests_last_30m/successes").as_int64();
  }
  EXPECT_EQ(successes, 1);
  EXPECT_THAT(command({}).out, HasSubstr("openrouter"));
  EXPECT_EQ(parse_json(command({"--json"}).out), health.body_json());
  const auto keyless = run_tollway(
      {"providers", "--health", "--gateway", fmt::format("http://127.0.0.1:{}", gateway.port())});
  EXPECT_EQ(keyless.exit_code, 1);
  EXPECT_THAT(keyless.err, HasSubstr("TOLLWAY_GATEWAY_KEY"));
}

}  // namespace
}  // namespace tollway::test
