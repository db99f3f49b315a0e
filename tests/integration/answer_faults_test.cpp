// The upstream answers, but with something that is not an answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

class AnswerFaults : public InEachDialect {};
INSTANTIATE_TEST_SUITE_P(U, AnswerFaults, testing::ValuesIn(all_dialects()), dialect_name);

constexpr auto chat_path = "/api/v1/chat/completions";

TEST_P(AnswerFaults, U13_error_body_in_a_200) {
  const std::string error = R"({"error":{"code":429,"message":"slow down"},"user_id":"user_1"})";
  FaultUpstream upstream(FaultUpstream::answering(json_answer(error)));
  Gateway gateway(upstream);
  const auto answer = gateway.post(dialect().path(), dialect().body(false));
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.body_json(), parse_json(error));
  static_cast<void>(expect_record(gateway, "upstream_error", 429, false));
}

TEST(AnswerFaults, U13_error_codes_that_are_no_status) {
  const std::vector<std::string> errors = {
      R"({"error":{"code":"server_error","message":"text"}})",
      R"({"error":{"code":200,"message":"not an error's status"}})",
      R"({"error":{"code":1000,"message":"not a status"}})",
      R"({"error":{"message":"no code"}})",
      R"(      {"error":{"code":-1,"message":"padded"}})",
  };
  for (const auto& error : errors) {
    FaultUpstream upstream(FaultUpstream::answering(json_answer(error)));
    Gateway gateway(upstream);
    const auto answer = gateway.post(chat_path, chat_dialect().body(false));
    EXPECT_EQ(answer.status, 502) << error;
    EXPECT_EQ(answer.body_json(), parse_json(error));
  }
}

TEST_P(AnswerFaults, U13_html_in_a_200) {
  constexpr auto page = "<!DOCTYPE html><html><body>Just a moment...</body></html>";
  FaultUpstream upstream(FaultUpstream::answering(answer(200, "text/html", page)));
  for (const bool stream : {false, true}) {
    Gateway gateway(upstream);
    const auto answer = gateway.post(dialect().path(), dialect().body(stream));
    expect_error_answer(answer, 502, dialect().path());
    EXPECT_EQ(answer.body.find("<html>"), std::string::npos);
    static_cast<void>(expect_record(gateway, "upstream_invalid", 502, stream));
  }
}

TEST_P(AnswerFaults, U15_malformed_json) {
  const std::vector<std::string> bodies = {"{\"id\":",
                                           "{\"id\":\"x\",}",
                                           "nonsense",
                                           "",
                                           dialect().json.substr(0, dialect().json.size() / 2),
                                           dialect().json + "}",
                                           "\"text\"",
                                           "{\"id\":\"\x01\"}"};
  for (const auto& body : bodies) {
    SCOPED_TRACE(body);
    FaultUpstream upstream(FaultUpstream::answering(json_answer(body)));
    Gateway gateway(upstream);
    expect_error_answer(gateway.post(dialect().path(), dialect().body(false)), 502,
                        dialect().path());
    EXPECT_EQ(gateway.only_record().outcome(), "upstream_invalid");
    EXPECT_EQ(upstream.request_count(), 1) << "what was answered is not asked again";
  }
}

// The head and half a body, then the end or a reset.
TEST_P(AnswerFaults, U15_truncated_json) {
  const auto half = dialect().json.substr(0, dialect().json.size() / 2);
  const auto by_length = json_answer(dialect().json);
  const std::vector<std::string> bytes = {
      by_length.substr(0, by_length.size() - half.size()),
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
          chunk(half),
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + half,
  };
  std::atomic<std::size_t> next = 0;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(bytes[next++]);
    connection.close();
  });
  Gateway gateway(upstream);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    SCOPED_TRACE(bytes[i]);
    expect_error_answer(gateway.post(dialect().path(), dialect().body(false)), 502,
                        dialect().path());
    EXPECT_THAT(gateway.record(i).outcome(), testing::AnyOf("connection_lost", "upstream_invalid"));
  }
  EXPECT_EQ(upstream.request_count(), static_cast<int>(bytes.size()));
}

class Redirects : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(U, Redirects, testing::Values(301, 302, 303, 307, 308));

TEST_P(Redirects, U23_not_followed) {
  FaultUpstream elsewhere(FaultUpstream::answering(json_answer(chat_dialect().json)));
  FaultUpstream upstream(FaultUpstream::answering(
      answer(GetParam(), "application/json", "{}", {{"Location", elsewhere.url()}})));
  Gateway gateway(upstream);
  const auto answer = gateway.post(chat_path, chat_dialect().body(false));
  // A client that followed it would carry its own key there.
  expect_error_answer(answer, 502, chat_path);
  EXPECT_FALSE(answer.headers.has("location"));
  EXPECT_EQ(upstream.request_count(), 1);
  EXPECT_EQ(gateway.only_record().outcome(), "upstream_invalid");
  EXPECT_EQ(elsewhere.connection_count(), 0);
}

TEST(AnswerFaults, error_statuses_are_relayed_as_they_are) {
  struct Case {
    int status;
    int attempts;  // at the only provider there is
  };
  for (const auto [status, attempts] : std::vector<Case>{{400, 1},
                                                         {401, 1},
                                                         {402, 1},
                                                         {403, 1},
                                                         {404, 1},
                                                         {408, 3},
                                                         {500, 3},
                                                         {502, 3},
                                                         {503, 3},
                                                         {524, 3},
                                                         {529, 3}}) {
    const auto body =
        fmt::format(R"({{"error":{{"code":{},"message":"as it is"}},"user_id":"u"}})", status);
    FaultUpstream upstream(FaultUpstream::answering(
        answer(status, "application/json", body, {{"X-Generation-Id", "gen-7"}})));
    Gateway gateway(upstream);
    const auto answer = gateway.post(chat_path, chat_dialect().body(status % 2 == 0));
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.body, body);
    EXPECT_EQ(answer.headers.find("x-generation-id"), "gen-7");
    const auto record = gateway.only_record();
    EXPECT_EQ(record.outcome(), "upstream_error");
    EXPECT_EQ(record.status(), status);
    EXPECT_EQ(record.attempts(), attempts) << status;
    EXPECT_EQ(upstream.request_count(), attempts) << status;
  }
}

}  // namespace
}  // namespace tollway::test
