#include "demo/demonstration_server.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>

#include "support/raw_client.hpp"

namespace tollway::test {
namespace {

class Demonstration : public testing::Test {
 protected:
  explicit Demonstration(Millis token_gap = 0ms)
      : server_(demo::DemonstrationServer::start({.token_gap = token_gap}).value()) {
    const std::string& url = server_->base_url();
    const auto colon = url.rfind(':');
    std::from_chars(url.data() + colon + 1, url.data() + url.size(), port_);
  }

  [[nodiscard]] std::string request_with(std::string_view authorization, std::string_view body,
                                         std::string_view path = "chat/completions") const {
    return request("POST", fmt::format("/api/v1/{}", path), body,
                   {{"Authorization", authorization}});
  }
  [[nodiscard]] std::string asking(std::string_view message, bool stream = true,
                                   std::string_view path = "chat/completions") const {
    return request_with(
        fmt::format("Bearer {}", server_->secret().reveal()),
        fmt::format(R"({{"stream":{},"messages":[{{"role":"user","content":"{}"}}]}})", stream,
                    message),
        path);
  }
  [[nodiscard]] Answer ask(const std::string& bytes) const {
    RawClient client(port_);
    client.send(bytes);
    return client.read_answer();
  }

  std::unique_ptr<demo::DemonstrationServer> server_;
  std::uint16_t port_ = 0;
};

TEST_F(Demonstration, streams_to_who_knows_the_secret) {
  const Answer answer = ask(asking("Hello"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.find("content-type"), "text/event-stream");
  EXPECT_TRUE(answer.headers.find("x-generation-id").value_or("").starts_with("gen-"));
  EXPECT_TRUE(answer.complete);
  const auto data = split_stream(answer.body).data();
  ASSERT_GT(data.size(), 3U);
  EXPECT_EQ(data.back(), "[DONE]");
}

TEST_F(Demonstration, refuses_everybody_else) {
  const std::string right(server_->secret().reveal());
  for (const std::string& authorization :
       {std::string(), std::string("Bearer "), "Basic " + right, "Bearer " + right + "0",
        "Bearer " + right.substr(1) + "x"}) {
    const Answer answer = ask(request_with(authorization, "{}"));
    EXPECT_EQ(answer.status, 401) << authorization;
    EXPECT_EQ(at(answer.body_json(), "/error/metadata/error_type"), "authentication");
  }
}

TEST_F(Demonstration, has_another_secret_at_every_start) {
  const auto other = demo::DemonstrationServer::start({});
  ASSERT_TRUE(other);
  EXPECT_NE((*other)->secret().reveal(), server_->secret().reveal());
}

TEST_F(Demonstration, answers_requests_on_one_connection_with_ids_of_their_own) {
  RawClient client(port_);
  std::vector<std::string> ids;
  for (int i = 0; i < 2; ++i) {
    client.send(asking("Hello", false));
    const Answer answer = client.read_answer();
    EXPECT_EQ(answer.headers.find("content-type"), "application/json");
    ids.emplace_back(at(answer.body_json(), "/id").as_string());
  }
  EXPECT_NE(ids[0], ids[1]);
}

TEST_F(Demonstration, breaks_the_connection_on_request) {
  for (const bool stream : {true, false}) {
    const Answer answer = ask(asking("[[cut]] Hello", stream));
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.complete);
    EXPECT_FALSE(answer.body.empty());
  }
}

TEST_F(Demonstration, answers_errors_with_their_headers) {
  const Answer limited = ask(asking("[[error:429]]"));
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.headers.find("retry-after"), "1");
  EXPECT_EQ(ask(asking("Hello", false, "chat/completions/no")).status, 404);
}

TEST_F(Demonstration, waits_where_it_is_told_to) {
  const Stopwatch stopwatch;
  EXPECT_TRUE(ask(asking("[[slow:0.2]] Hello")).complete);
  EXPECT_GE(stopwatch.elapsed(), 200ms);
}

TEST_F(Demonstration, ends_at_once_with_a_stream_under_way) {
  RawClient client(port_);
  client.send(asking("[[slow:300]] Hello"));
  Answer answer = client.begin_answer();
  ASSERT_TRUE(client.read_until(answer, "Tollway's"));
  const Stopwatch stopwatch;
  server_.reset();
  EXPECT_LT(stopwatch.elapsed(), 10s);
  client.finish(answer);
  EXPECT_FALSE(answer.complete);
}

class DemonstrationAtItsPace : public Demonstration {
 protected:
  DemonstrationAtItsPace() : Demonstration(20ms) {}
};

TEST_F(DemonstrationAtItsPace, takes_its_time_for_each_token) {
  const Stopwatch stopwatch;
  EXPECT_TRUE(ask(asking("one two three")).complete);
  EXPECT_GE(stopwatch.elapsed(), 6 * 20ms);
}

}  // namespace
}  // namespace tollway::test
