// The first provider answers, but not with what was asked for; the second one does.
#include <gtest/gtest.h>

#include "integration/two_providers.hpp"

namespace tollway::test {
namespace {

class SecondAfterAnswer : public TwoProviders {
 protected:
  // Each of the answers, as the first's to a request of its own.
  static void expect_second_after(const std::vector<std::string>& answers, bool stream,
                                  std::string_view outcome) {
    for (const auto& sent : answers) {
      SCOPED_TRACE(sent);
      FaultUpstream first([&](UpstreamConnection& connection) {
        if (!connection.read_request()) return;
        connection.send(sent);
        connection.close();
      });
      FaultUpstream second(serving(second_of(dialect())));
      const auto both = providers(first.url(), second.url());
      Gateway gateway(both.options(patient()));
      expect_second(gateway.post(dialect().path(), body(stream)), stream);
      expect_settled(gateway, {{"first", std::string(outcome)}, {"second", "ok"}});
    }
  }
};
class SecondAfterChat : public testing::Test {};
INSTANTIATE_TEST_SUITE_P(U, SecondAfterAnswer, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(SecondAfterAnswer, U13_error_body_in_a_200_second_answers) {
  for (const bool stream : {false, true}) {
    expect_second_after(
        {json_answer(R"({"error":{"code":502,"message":"provider failed"}})"),
         json_answer(R"({"error":{"code":"server_error","message":"text"}})"),
         json_answer(R"({"type":"error","error":{"type":"overloaded_error","message":"later"}})"),
         json_answer(R"(      {"error":{"message":"padded, no code"}})"),
         json_answer(R"({"error":"the runner of -test has crashed"})")},
        stream, "upstream_error");
  }
}

TEST_P(SecondAfterAnswer, U13_html_in_a_200_second_answers) {
  constexpr auto page = "<!DOCTYPE html><html><body>Just a moment...</body></html>";
  for (const bool stream : {false, true}) {
    expect_second_after({answer(200, "text/html", page), answer(200, "application/json", page)},
                        stream, "upstream_invalid");
  }
}

// What a whole answer says when the generation failed in the middle of it.
TEST_P(SecondAfterAnswer, U14_answer_that_failed_second_answers) {
  std::string failed;
  if (dialect().name == "chat") {
    failed = R"({"id":"gen-1-test","object":"chat.completion","choices":[{"index":0,)"
             R"("finish_reason":"error","message":{"role":"assistant","content":""}}],)"
             R"("error":{"code":502,"message":"cut"}})";
  } else if (dialect().name == "responses") {
    failed = R"({"id":"gen-2-test","object":"response","status":"failed","output":[],)"
             R"("error":{"code":"server_error","message":"cut"}})";
  } else {
    failed = R"({"type":"error","error":{"type":"api_error","message":"cut"}})";
  }
  expect_second_after({json_answer(failed)}, false, "upstream_error");
}

// Of a generation that broke off after OpenRouter had begun to keep its client waiting, some say so
// in the choice alone.
TEST_F(SecondAfterChat, U14_choice_that_failed_second_answers) {
  for (const std::string_view error : {R"(,"error":{"code":502,"message":"cut"})", ""}) {
    FaultUpstream first(FaultUpstream::answering(json_answer(fmt::format(
        R"({{"id":"gen-1-test","object":"chat.completion","choices":[{{"index":0,)"
        R"("finish_reason":"error"{},"message":{{"role":"assistant","content":"Hel"}}}}]}})",
        error))));
    FaultUpstream second(serving(second_of(chat_dialect())));
    const SeveralProviders both(
        {own_provider("first", first.url()), own_provider("second", second.url())});
    Gateway gateway(both.options({{"TOLLWAY_ROUTING_ATTEMPTS_HERE_MAX", "1"}}));
    const auto got = gateway.post(chat_dialect().path(), in_order(chat_dialect().body(false)));
    EXPECT_EQ(got.status, 200);
    EXPECT_FALSE(tells_of_first(got.body)) << got.body;
    EXPECT_EQ(first.request_count(), 1);
  }
}

TEST_P(SecondAfterAnswer, U15_malformed_json_second_answers) {
  const auto& json = dialect().json;
  const auto half = json.substr(0, json.size() / 2);
  expect_second_after(
      {json_answer("{\"id\":"), json_answer("{\"id\":\"x\",}"), json_answer("nonsense"),
       json_answer(""), json_answer(half), json_answer(json + "}"), json_answer("\"text\""),
       json_answer("{\"id\":\"\x01\"}"),
       "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + half},
      false, "upstream_invalid");
}

TEST_P(SecondAfterAnswer, U15_truncated_json_second_answers) {
  const auto& json = dialect().json;
  const auto half = json.substr(0, json.size() / 2);
  const auto whole = json_answer(json);
  expect_second_after(
      {whole.substr(0, whole.size() - half.size()),
       "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
           chunk(half)},
      false, "connection_lost");
}

TEST_P(SecondAfterAnswer, error_statuses_second_answers) {
  for (const int status : {401, 402, 403, 404, 408, 429, 500, 502, 503, 524, 529}) {
    SCOPED_TRACE(status);
    FaultUpstream first(FaultUpstream::answering(
        answer(status, "application/json",
               fmt::format(R"({{"error":{{"code":{},"message":"said by -test"}}}})", status))));
    FaultUpstream second(serving(second_of(dialect())));
    const auto both = providers(first.url(), second.url());
    Gateway gateway(both.options(patient()));
    expect_second(gateway.post(dialect().path(), body(status % 2 == 0)), status % 2 == 0);
    expect_settled(gateway, {{"first", "upstream_error"}, {"second", "ok"}});
  }
}

TEST_P(SecondAfterAnswer, clients_fault_is_not_tried_elsewhere) {
  const std::string fault = R"({"error":{"code":400,"message":"temperature: at most 2"}})";
  FaultUpstream first(FaultUpstream::answering(answer(400, "application/json", fault)));
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient()));
  const auto got = gateway.post(dialect().path(), body(false));
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.body, fault);
  EXPECT_EQ(second.connection_count(), 0);
  expect_settled(gateway, {{"first", "upstream_error"}});
}

TEST_P(SecondAfterAnswer, last_error_is_what_the_client_gets) {
  const std::string last = R"({"error":{"code":503,"message":"the second's words"}})";
  FaultUpstream first(FaultUpstream::answering(
      answer(500, "application/json", R"({"error":{"code":500,"message":"the first's words"}})")));
  FaultUpstream second(FaultUpstream::answering(answer(503, "application/json", last)));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient({{"TOLLWAY_ROUTING_ATTEMPTS_HERE_MAX", "1"}})));
  const auto got = gateway.post(dialect().path(), body(false));
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.body, last);
  expect_settled(gateway, {{"first", "upstream_error"}, {"second", "upstream_error"}});
}

// Without fallbacks, the first's error is the client's, whoever else could answer.
TEST_P(SecondAfterAnswer, fallbacks_that_are_not_allowed_are_not_tried) {
  const std::string fault = R"({"error":{"code":500,"message":"the first's words"}})";
  FaultUpstream first(FaultUpstream::answering(answer(500, "application/json", fault)));
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient({{"TOLLWAY_ROUTING_ATTEMPTS_HERE_MAX", "1"}})));
  const auto got = gateway.post(
      dialect().path(), with_members(dialect().body(false),
                                     R"("provider":{"order":["first"],"allow_fallbacks":false})"));
  EXPECT_EQ(got.status, 500);
  EXPECT_EQ(got.body, fault);
  EXPECT_EQ(second.connection_count(), 0);
}

}  // namespace
}  // namespace tollway::test
