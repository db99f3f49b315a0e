// What the gateway decided and measured is told to those who ask.
#include <gmock/gmock.h>

#include "integration/in_each_dialect.hpp"
#include "support/ledger_rows.hpp"

namespace tollway::test {
namespace {

using testing::ContainsRegex;
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
  // Nobody knows whether there is such a model, so its refusal is the request's matter.
  EXPECT_THAT(health.body, HasSubstr(R"("errors":{"refused":1})"));
  EXPECT_THAT(health.body, ContainsRegex(R"("first_byte":\{"p50":[0-9.]+)"));
  const auto table = command({}).out;
  EXPECT_THAT(table, HasSubstr("openrouter"));
  EXPECT_THAT(table, HasSubstr("1 refused"));
  EXPECT_EQ(parse_json(command({"--json"}).out), health.body_json());
  const auto keyless = run_tollway(
      {"providers", "--health", "--gateway", fmt::format("http://127.0.0.1:{}", gateway.port())});
  EXPECT_EQ(keyless.exit_code, 1);
  EXPECT_THAT(keyless.err, HasSubstr("TOLLWAY_GATEWAY_KEY"));
}

Finished explain_by(const Gateway& gateway, std::vector<std::string> more) {
  std::vector<std::string> words{"explain", "test/model", "--gateway",
                                 fmt::format("http://127.0.0.1:{}", gateway.port())};
  words.insert(words.end(), more.begin(), more.end());
  return run_tollway(words, {{"TOLLWAY_GATEWAY_KEY", gateway.key()}, {"COLUMNS", "140"}});
}

TEST(Explained, by_the_running_gateway_with_what_it_has_measured) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
  Gateway gateway(upstream);
  const auto measured = [&] {
    const auto shown = parse_json(explain_by(gateway, {"--json"}).out);
    return at(shown, "/candidates/0/latency_last_5m") != json::value(nullptr);
  };
  const auto before = parse_json(explain_by(gateway, {"--json"}).out);
  EXPECT_EQ(at(before, "/model"), json::value("test/model"));
  EXPECT_EQ(at(before, "/candidates/0/latency_last_5m"), json::value(nullptr));
  EXPECT_EQ(upstream.request_count(), 0) << "nothing is sent";
  EXPECT_EQ(gateway.post(chat_path, R"({"model":"test/model","messages":[]})").status, 200);
  EXPECT_TRUE(wait_until(measured));
  const auto table = explain_by(gateway, {});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("TOKEN MS"));
  EXPECT_THAT(table.out, HasSubstr("closed"));
  const auto messages = parse_json(explain_by(gateway, {"--json", "--route", "messages"}).out);
  EXPECT_EQ(at(messages, "/route"), json::value("messages"));
  EXPECT_EQ(upstream.request_count(), 1);
  gateway.stop();
  EXPECT_EQ(ledger_rows(gateway.data()).size(), 1U) << "it costs nothing";
}

TEST(Explained, a_question_that_cannot_be_decided_is_refused) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
  Gateway gateway(upstream);
  const auto body = chat_dialect().body(false);
  EXPECT_EQ(gateway.post("/api/v1/explain?route=models", body).status, 400);
  EXPECT_EQ(gateway.post("/api/v1/explain?path=messages", body).status, 400);
  EXPECT_EQ(gateway.post("/api/v1/explain", "{").status, 400);
  EXPECT_EQ(gateway.post("/api/v1/explain", body).status, 200);
  RawClient client(gateway.port());
  client.send("POST /api/v1/explain HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(client.read_answer().status, 401);
  EXPECT_EQ(upstream.request_count(), 0);
}

TEST(Explained, kept_of_all_requests_where_that_is_wanted) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
  Gateway gateway(upstream, {.environment = {{"TOLLWAY_ROUTING_KEEP_EXPLANATIONS", "true"}}});
  const auto answer = gateway.post(chat_path, chat_dialect().body(false));
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.headers.has("x-tollway-explain")) << "the client did not ask";
  gateway.stop();
  EXPECT_THAT(read_file(gateway.data() / "access.jsonl"), HasSubstr(R"("explain":{"strategy":)"));
}

}  // namespace
}  // namespace tollway::test
