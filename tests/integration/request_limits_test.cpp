// Requests that are too large, not JSON, or want to be something else than requests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <thread>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

constexpr auto chat_path = "/api/v1/chat/completions";

// What is refused before the route is known is an error object of some dialect.
void expect_refused(const Answer& answer, int status) {
  EXPECT_EQ(answer.status, status) << answer.raw_head << answer.body;
  EXPECT_TRUE(answer.complete);
  EXPECT_TRUE(at(answer.body_json(), "/error/message").is_string()) << answer.body;
}

class RequestLimits : public InEachDialect {
 protected:
  FaultUpstream upstream_{FaultUpstream::answering(json_answer(dialect().json))};
};
INSTANTIATE_TEST_SUITE_P(C, RequestLimits, testing::ValuesIn(all_dialects()), dialect_name);

TEST(RequestLimits, C04_oversize_head) {
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
  Gateway gateway(upstream);
  const std::string long_value(70 * 1024, 'x');
  std::string many_headers;
  for (int i = 0; i < 200; ++i) many_headers += fmt::format("X-{}: y\r\n", i);
  for (const auto& bytes : {
           "GET /api/v1/models HTTP/1.1\r\nHost: x\r\nX-Long: " + long_value + "\r\n\r\n",
           "GET /api/v1/models HTTP/1.1\r\nHost: x\r\n" + many_headers + "\r\n",
           "GET /" + long_value + " HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /api/v1/models HTTP/1.1\r\nHost: x\r\nX-Endless: " + std::string(8 << 20, 'x'),
       }) {
    SCOPED_TRACE(bytes.substr(0, 60));
    RawClient client(gateway.port());
    std::thread sending([&] { client.send(bytes); });  // is cut off in the middle
    expect_refused(client.read_answer(), 431);
    sending.join();
    EXPECT_TRUE(client.wait_for_close());
  }
  EXPECT_LT(gateway.memory_growth_kb(), 4 * 1024);
  EXPECT_EQ(upstream.connection_count(), 0);
}

TEST_P(RequestLimits, C04_announced_body_too_large) {
  Gateway gateway(upstream_);
  RawClient client(gateway.port());
  // Not one byte of the body is sent, and none is waited for.
  client.send(
      fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n"
                  "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                  dialect().path(), gateway.key(), (32 << 20) + 1));
  expect_error_answer(client.read_answer(), 413, dialect().path());
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_EQ(upstream_.connection_count(), 0);
  static_cast<void>(expect_record(gateway, "body_too_large", 413, false));
}

TEST_P(RequestLimits, C04_chunked_body_too_large) {
  Gateway gateway(upstream_, {.environment = {{"TOLLWAY_REQUEST_BODY_MAX", "1000000"}}});
  RawClient client(gateway.port());
  client.send(
      fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n"
                  "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
                  dialect().path(), gateway.key()));
  std::thread sending([&] {
    const auto piece = chunk(std::string(100'000, ' '));
    for (int i = 0; i < 1000 && client.send(piece); ++i) {
    }
  });
  expect_error_answer(client.read_answer(), 413, dialect().path());
  client.wire().half_close();
  sending.join();
  EXPECT_LT(gateway.memory_growth_kb(), 6 * 1024);
  EXPECT_EQ(upstream_.connection_count(), 0);
  static_cast<void>(expect_record(gateway, "body_too_large", 413, false));
}

TEST_P(RequestLimits, C09_bad_json) {
  struct Bad {
    std::string body;
    int offset;
  };
  const std::vector<Bad> bodies = {
      {R"({"model":"m",})", 13},    {R"({"model":"m","messages":[})", 25},
      {R"({"model":nonsense})", 9}, {R"({"model":"m"} trailing)", 14},
      {R"({"model":"m")", 12},      {"", 0}};
  Gateway gateway(upstream_);
  RawClient client(gateway.port());
  for (const auto& [body, offset] : bodies) {
    SCOPED_TRACE(body);
    client.send(gateway.request_bytes("POST", dialect().path(), body, {{"X-Length", "0"}}));
    const auto answer = client.read_answer();
    expect_error_answer(answer, 400, dialect().path());
    const auto text = text_at(answer.body_json(), "/error/message");
    std::smatch found;
    ASSERT_TRUE(std::regex_search(text, found, std::regex("(?:byte|offset) ([0-9]+)"))) << text;
    EXPECT_NEAR(std::stoi(found[1]), offset, 2);
  }
  EXPECT_EQ(upstream_.connection_count(), 0);
  EXPECT_EQ(gateway.record().outcome(), "bad_request");
}

TEST_P(RequestLimits, C09_json_that_is_no_object) {
  Gateway gateway(upstream_);
  for (const auto* body : {"[]", "\"text\"", "7", "null", "[{}]"}) {
    expect_error_answer(gateway.post(dialect().path(), body), 400, dialect().path());
  }
  EXPECT_EQ(upstream_.connection_count(), 0);
}

TEST_P(RequestLimits, C10_depth_of_a_million) {
  Gateway gateway(upstream_);
  const std::string arrays = R"({"model":"m","messages":)" + std::string(1'000'000, '[');
  std::string objects;
  for (int i = 0; i < 1'000'000; ++i) objects += "{\"a\":";
  const auto closed = R"({"model":"m","messages":)" + std::string(1'000'000, '[') +
                      std::string(1'000'000, ']') + "}";
  for (const auto& body : {arrays, objects, closed}) {
    expect_error_answer(gateway.post(dialect().path(), body), 400, dialect().path());
  }
  EXPECT_EQ(upstream_.connection_count(), 0);
  EXPECT_EQ(gateway.get("/api/v1/health").status, 200);
}

TEST(RequestLimits, C10_answer_of_a_million_levels) {
  const auto deep = "{\"choices\":" + std::string(400'000, '[') + std::string(400'000, ']') + "}";
  FaultUpstream upstream(FaultUpstream::answering(json_answer(deep)));
  Gateway gateway(upstream);
  expect_error_answer(gateway.post(chat_path, chat_dialect().body(false)), 502, chat_path);
  EXPECT_EQ(gateway.get("/api/v1/health").status, 200);
}

}  // namespace
}  // namespace tollway::test
