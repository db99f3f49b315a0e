// A stream's client hears that somebody is at work, whatever its request waits for, from the
// interval of silence on; and what is said after that is said within the stream.
#include <gtest/gtest.h>

#include "integration/two_providers.hpp"

namespace tollway::test {
namespace {

constexpr std::string_view comment = ": TOLLWAY PROCESSING\n\n";

class SilenceBeforeAnswers : public TwoProviders {
 protected:
  static std::map<std::string, std::string> quick(std::map<std::string, std::string> more = {}) {
    more.try_emplace("TOLLWAY_STREAM_SILENCE", "0.2");
    return patient(std::move(more));
  }
  // Asks, and reads until a comment has come.
  static Answer ask(const Gateway& gateway, RawClient& client) {
    client.send(gateway.request_bytes("POST", dialect().path(), body(true)));
    auto got = client.begin_answer();
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.headers.find("content-type"), "text/event-stream");
    EXPECT_TRUE(got.headers.has("x-request-id"));
    EXPECT_TRUE(client.read_until(got, comment)) << got.body;
    EXPECT_TRUE(got.body.starts_with(comment));
    return got;
  }
  static void expect_served(const Answer& got) {
    EXPECT_TRUE(got.complete);
    EXPECT_EQ(without_usage(got.body), without_usage(dialect().whole_stream()));
  }
  static void expect_error_within(const Answer& got) {
    expect_error_event(dialect(), got);
    for (const auto* end : {"[DONE]", "response.completed", "message_stop"}) {
      EXPECT_FALSE(got.body.contains(end)) << got.body;
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Patience, SilenceBeforeAnswers, testing::ValuesIn(all_dialects()),
                         dialect_name);

TEST_P(SilenceBeforeAnswers, before_the_head_of_an_answer) {
  Signal heard;
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.wait_for(heard);
    connection.send(sse_answer(dialect().whole_stream()));
  });
  Gateway gateway(first, {.environment = quick()});
  RawClient client(gateway.port());
  auto got = ask(gateway, client);
  EXPECT_TRUE(client.read_until(got, std::string(comment) + std::string(comment)));
  heard.set();
  client.finish(got);
  expect_served(got);
  EXPECT_EQ(gateway.only_record().outcome(), "ok");
}

TEST_P(SilenceBeforeAnswers, another_provider_answers_after_a_comment) {
  Signal heard;
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.wait_for(heard);
    connection.send(answer(500, "application/json", R"({"error":{"message":"broken -test\""}})"));
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(quick()));
  RawClient client(gateway.port());
  auto got = ask(gateway, client);
  heard.set();
  client.finish(got);
  expect_second(got, true);
  expect_settled(gateway, {{"first", "upstream_error"}, {"second", "ok"}});
}

TEST_P(SilenceBeforeAnswers, a_refusal_after_a_comment_is_an_error_event) {
  Signal heard;
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.wait_for(heard);
    connection.send(answer(400, "application/json", R"({"error":{"message":"too long by far"}})"));
  });
  Gateway gateway(first, {.environment = quick()});
  RawClient client(gateway.port());
  auto got = ask(gateway, client);
  heard.set();
  client.finish(got);
  expect_error_within(got);
  EXPECT_TRUE(got.body.contains("too long by far")) << got.body;
  const auto record = gateway.only_record();
  EXPECT_EQ(record.outcome(), "upstream_error");
  EXPECT_EQ(record.status(), 200);
}

TEST_P(SilenceBeforeAnswers, a_break_after_a_comment_is_an_error_event) {
  Signal heard;
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.wait_for(heard);
    connection.reset();
  });
  Gateway gateway(first, {.environment = quick({{"TOLLWAY_ROUTING_ATTEMPTS_HERE_MAX", "1"}})});
  RawClient client(gateway.port());
  auto got = ask(gateway, client);
  heard.set();
  client.finish(got);
  expect_error_within(got);
  EXPECT_EQ(gateway.only_record().outcome(), "connection_lost");
}

TEST_P(SilenceBeforeAnswers, a_whole_answer_after_a_comment_is_an_error_event) {
  Signal heard;
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.wait_for(heard);
    connection.send(json_answer(dialect().json));
  });
  Gateway gateway(first, {.environment = quick()});
  RawClient client(gateway.port());
  auto got = ask(gateway, client);
  heard.set();
  client.finish(got);
  expect_error_within(got);
  EXPECT_EQ(gateway.only_record().outcome(), "upstream_invalid");
}

TEST_P(SilenceBeforeAnswers, an_error_within_the_interval_keeps_its_status) {
  FaultUpstream first(FaultUpstream::answering(
      answer(402, "application/json", R"({"error":{"message":"no credit"}})")));
  Gateway gateway(first, {.environment = patient({{"TOLLWAY_STREAM_SILENCE", "30"}})});
  const auto got = gateway.post(dialect().path(), body(true));
  EXPECT_EQ(got.status, 402);
  EXPECT_EQ(got.body, R"({"error":{"message":"no credit"}})");
}

// What is not streamed keeps its status, however long it takes.
TEST_P(SilenceBeforeAnswers, a_whole_answer_waits_for_its_status) {
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.stall(500ms);
    connection.send(answer(402, "application/json", R"({"error":{"message":"no credit"}})"));
  });
  Gateway gateway(first, {.environment = quick()});
  EXPECT_EQ(gateway.post(dialect().path(), body(false)).status, 402);
}

TEST_P(SilenceBeforeAnswers, while_a_limit_is_waited_for) {
  Signal heard;
  FaultUpstream first([&](UpstreamConnection& connection) {
    while (connection.read_request()) {
      connection.wait_for(heard);
      connection.send(sse_answer(dialect().whole_stream()));
    }
  });
  const SeveralProviders one({own_provider("first", first.url())});
  Gateway gateway(one.options(quick({{"TOLLWAY_LLM_FIRST_CONCURRENT_MAX", "1"}})));
  RawClient before(gateway.port());
  before.send(gateway.request_bytes("POST", dialect().path(), body(true)));
  EXPECT_TRUE(first.wait_for_requests(1));
  RawClient client(gateway.port());
  auto got = ask(gateway, client);
  EXPECT_EQ(first.request_count(), 1);
  heard.set();
  client.finish(got);
  expect_served(got);
  expect_served(before.read_answer());
}

TEST_P(SilenceBeforeAnswers, while_a_pause_is_waited_for) {
  FaultUpstream first([&](UpstreamConnection& connection) {
    while (connection.read_request()) {
      if (first.request_count() > 1) {
        connection.send(sse_answer(dialect().whole_stream()));
      } else {
        connection.send(answer(429, "application/json", R"({"error":{"message":"slow down"}})",
                               {{"Retry-After", "1"}}));
      }
    }
  });
  Gateway gateway(first, {.environment = quick()});
  RawClient client(gateway.port());
  auto got = ask(gateway, client);
  client.finish(got);
  expect_served(got);
  EXPECT_EQ(first.request_count(), 2);
}

// A client that leaves meanwhile is no longer worked for.
TEST_P(SilenceBeforeAnswers, a_client_that_leaves_after_a_comment_ends_the_call) {
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (connection.read_request()) connection.stall_until_hangup();
  });
  Gateway gateway(first, {.environment = quick()});
  {
    RawClient client(gateway.port());
    std::ignore = ask(gateway, client);
  }
  EXPECT_TRUE(first.wait_for_hangup());
  EXPECT_EQ(gateway.only_record().outcome(), "cancelled");
}

}  // namespace
}  // namespace tollway::test
