// Shown 4: a stream that breaks off changes provider unseen as long as nothing has been produced;
// afterwards its end is never a clean one.
#include <gtest/gtest.h>

#include <atomic>

#include "integration/cut_streams.hpp"
#include "integration/two_providers.hpp"

namespace tollway::test {
namespace {

class SecondAfterCut : public TwoProviders {
 protected:
  // One request, of which the first provider sends `begun` and is then cut.
  static void expect_second_after(const std::string& begun, Cut how) {
    SCOPED_TRACE(fmt::format("cut {} after: {}", static_cast<int>(how), begun));
    FaultUpstream first([&](UpstreamConnection& connection) {
      if (!connection.read_request()) return;
      connection.send(sse_head() + (begun.empty() ? "" : chunk(begun)));
      cut(connection, how, dialect().events[2]);
    });
    FaultUpstream second(serving(second_of(dialect())));
    const auto both = providers(first.url(), second.url());
    Gateway gateway(both.options(patient()));
    expect_second(gateway.post(dialect().path(), body(true)), true);
    EXPECT_EQ(first.request_count(), 1);
    expect_settled(gateway, {{"first", "connection_lost", true}, {"second", "ok"}});
  }
};
INSTANTIATE_TEST_SUITE_P(Shown4, SecondAfterCut, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(SecondAfterCut, before_the_first_frame_second_answers) {
  for (const auto how : cuts) expect_second_after("", how);
}

TEST_P(SecondAfterCut, between_lifecycle_frames_second_answers) {
  const auto frames = lifecycle_of(dialect());
  for (std::size_t count = 1; count < frames.size(); ++count) {
    expect_second_after(joined(frames, count), cuts[count % cuts.size()]);
  }
}

TEST_P(SecondAfterCut, after_the_last_lifecycle_frame_second_answers) {
  const auto frames = lifecycle_of(dialect());
  for (const auto how : cuts) expect_second_after(joined(frames, frames.size()), how);
}

TEST_P(SecondAfterCut, inside_the_first_content_second_answers) {
  const auto begun = dialect().begun_stream();
  expect_second_after(begun.substr(0, begun.size() - 3), Cut::reset);
}

// What has been produced is the client's: an error in band, no clean end, nobody else is asked,
// and the first is paid for what it brought.
TEST_P(SecondAfterCut, U08_after_content_the_stream_ends_with_an_error) {
  for (const auto how : cuts) {
    SCOPED_TRACE(static_cast<int>(how));
    Signal relayed;
    FaultUpstream first([&](UpstreamConnection& connection) {
      if (!connection.read_request()) return;
      connection.send(sse_head() + chunk(dialect().begun_stream()));
      connection.wait_for(relayed);
      cut(connection, how, dialect().events[3]);
    });
    FaultUpstream second(serving(second_of(dialect())));
    const auto both = providers(first.url(), second.url());
    Gateway gateway(both.options(patient()));
    RawClient client(gateway.port());
    client.send(gateway.request_bytes("POST", dialect().path(), body(true)));
    auto got = client.begin_answer();
    EXPECT_TRUE(client.read_until(got, "Grüße "));
    relayed.set();
    client.finish(got);
    EXPECT_EQ(got.status, 200);
    expect_error_event(dialect(), got);
    expect_no_clean_end(got);
    EXPECT_EQ(second.connection_count(), 0);
    expect_settled(gateway, {{"first", "connection_lost", true}});
    const auto rows = ledger_rows(gateway.data());
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_TRUE(rows[0].flags & flag_estimated);
    EXPECT_GT(rows[0].output, 0);
    EXPECT_GT(rows[0].computed.value_or(0), 0);
  }
}

// Somebody waits: comments go out while a provider is silent, and are no beginning of its stream.
TEST_P(SecondAfterCut, U09_comments_may_go_before_the_change) {
  Signal commented;
  const auto frames = lifecycle_of(dialect());
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(joined(frames, frames.size())));
    connection.wait_for(commented);
    connection.reset();
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient({{"TOLLWAY_STREAM_SILENCE", "0.2"}})));
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), body(true)));
  auto got = client.begin_answer();
  EXPECT_TRUE(client.read_until(got, ": TOLLWAY PROCESSING\n\n")) << got.body;
  commented.set();
  client.finish(got);
  expect_second(got, true);
  expect_settled(gateway, {{"first", "connection_lost", true}, {"second", "ok"}});
}

TEST_P(SecondAfterCut, padding_of_a_whole_answer_may_go_before_the_change) {
  Signal padded;
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    const auto whole = json_answer(dialect().json);
    connection.send(whole.substr(0, whole.find("\r\n\r\n") + 14));
    connection.wait_for(padded);
    connection.reset();
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient({{"TOLLWAY_STREAM_SILENCE", "0.2"}})));
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), body(false)));
  auto got = client.begin_answer();
  EXPECT_TRUE(client.read_until(got, "\n")) << got.body;
  padded.set();
  client.finish(got);
  expect_second(got, false);
}

TEST_P(SecondAfterCut, U09_stall_before_content_second_answers) {
  const auto frames = lifecycle_of(dialect());
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(joined(frames, frames.size())));
    connection.stall_until_hangup();
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient({{"TOLLWAY_UPSTREAM_BETWEEN_BYTES_TIMEOUT", "0.5"}})));
  const Stopwatch watch;
  expect_second(gateway.post(dialect().path(), body(true)), true);
  EXPECT_GE(watch.elapsed(), 450ms);
  EXPECT_TRUE(first.wait_for_hangup()) << "the first call is not given up";
  expect_settled(gateway, {{"first", "upstream_timeout", true}, {"second", "ok"}});
}

TEST_P(SecondAfterCut, U09_stall_after_content_ends_with_an_error) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(dialect().begun_stream()));
    connection.stall_until_hangup();
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient({{"TOLLWAY_UPSTREAM_BETWEEN_BYTES_TIMEOUT", "0.5"}})));
  expect_error_event(dialect(), gateway.post(dialect().path(), body(true)));
  EXPECT_EQ(second.connection_count(), 0);
  expect_settled(gateway, {{"first", "upstream_timeout", true}});
}

// Who keeps saying something that is nothing has the request until its deadline, which is over for
// the others, too.
TEST_P(SecondAfterCut, U10_trickle_before_content_ends_at_the_deadline) {
  FaultUpstream first([](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head());
    while (connection.stall(100ms)) connection.send(chunk(":\n\n"));
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient({{"TOLLWAY_UPSTREAM_TOTAL_TIMEOUT", "1"}})));
  const Stopwatch watch;
  expect_error_answer(gateway.post(dialect().path(), body(true)), 504, dialect().path());
  EXPECT_GE(watch.elapsed(), 900ms);
  EXPECT_TRUE(first.wait_for_hangup());
  EXPECT_EQ(second.connection_count(), 0);
  expect_settled(gateway, {{"first", "upstream_timeout", true}});
}

// The failure stands in the stream itself, as its first word.
TEST_P(SecondAfterCut, U14_error_event_first_second_answers) {
  std::vector<std::string> errors;
  if (dialect().name == "chat") {
    errors = {"data: {\"error\":{\"code\":502,\"message\":\"failed -test\"}}\n\n",
              "data: {\"id\":\"gen-1-test\",\"object\":\"chat.completion.chunk\",\"choices\":[{"
              "\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n",
              "data: {\"id\":\"gen-1-test\",\"object\":\"chat.completion.chunk\",\"choices\":[{"
              "\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}],"
              "\"error\":{\"code\":429,\"message\":\"slow down\"}}\n\ndata: [DONE]\n\n"};
  } else if (dialect().name == "responses") {
    errors = {
        "data: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"failed\","
        "\"param\":null,\"sequence_number\":1}\n\n",
        "data: {\"type\":\"response.failed\",\"sequence_number\":1,\"response\":"
        "{\"id\":\"gen-2-test\",\"status\":\"failed\",\"error\":"
        "{\"code\":\"server_error\",\"message\":\"failed\"}}}\n\n"};
  } else {
    errors = {
        "event: error\ndata: {\"type\":\"error\",\"error\":"
        "{\"type\":\"overloaded_error\",\"message\":\"slow down\"}}\n\n"};
  }
  const auto frames = lifecycle_of(dialect());
  for (const auto& error : errors) {
    for (const auto& before : {std::string(), joined(frames, frames.size())}) {
      SCOPED_TRACE(before + error);
      FaultUpstream first(FaultUpstream::answering(sse_answer(before + error)));
      FaultUpstream second(serving(second_of(dialect())));
      const auto both = providers(first.url(), second.url());
      Gateway gateway(both.options(patient()));
      expect_second(gateway.post(dialect().path(), body(true)), true);
      expect_settled(gateway, {{"first", "upstream_error"}, {"second", "ok"}});
    }
  }
}

TEST_P(SecondAfterCut, U15_stream_that_is_none_second_answers) {
  for (const auto* bytes : {"data: {\"id\":\n\n", "data: nonsense\n\n"}) {
    SCOPED_TRACE(bytes);
    FaultUpstream first(FaultUpstream::answering(sse_answer(bytes)));
    FaultUpstream second(serving(second_of(dialect())));
    const auto both = providers(first.url(), second.url());
    Gateway gateway(both.options(patient()));
    expect_second(gateway.post(dialect().path(), body(true)), true);
    EXPECT_EQ(gateway.record().attempts(), 2);
  }
}

// What is held back is bounded: a stream that says much before it produces anything goes out, and
// is the client's from there on.
TEST_P(SecondAfterCut, more_than_the_window_is_not_held_back) {
  const auto frames = lifecycle_of(dialect());
  const std::string ping =
      dialect().name == "messages"
          ? "event: ping\ndata: {\"type\":\"ping\",\"x\":\"" + std::string(1000, 'x') + "\"}\n\n"
      : dialect().name == "chat" ? "data: {\"id\":\"gen-1-test\",\"object\":\"chat.completion."
                                   "chunk\",\"x\":\"" +
                                       std::string(1000, 'x') +
                                       "\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},"
                                       "\"finish_reason\":null}]}\n\n"
                                 : "data: {\"type\":\"response.in_progress\",\"sequence_number\":1,"
                                   "\"response\":{\"id\":\"gen-2-test\",\"x\":\"" +
                                       std::string(1000, 'x') + "\"}}\n\n";
  Signal seen;
  FaultUpstream first([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(joined(frames, frames.size())));
    for (int i = 0; i < 100; ++i) connection.send(chunk(ping));
    connection.wait_for(seen);
    connection.reset();
  });
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient()));
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), body(true)));
  auto got = client.begin_answer();
  EXPECT_TRUE(client.read_until(got, "xxxx")) << "it is held back for ever";
  seen.set();
  client.finish(got);
  EXPECT_EQ(second.connection_count(), 0);
  expect_no_clean_end(got);
  EXPECT_EQ(gateway.only_record().outcome(), "connection_lost");
}

}  // namespace
}  // namespace tollway::test
