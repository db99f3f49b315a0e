// A stream that breaks off where nobody else is there to answer: an error status as long as nothing
// has been produced, an error event afterwards, never a clean end; the ledger and the breaker know.
#include <gtest/gtest.h>

#include <atomic>

#include "integration/cut_streams.hpp"
#include "integration/in_each_dialect.hpp"
#include "support/ledger_rows.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

struct CutStream {
  std::string begun;
  Cut how = Cut::reset;
};

class CutWithoutSecond : public InEachDialect {
 protected:
  static std::map<std::string, std::string> patient(std::map<std::string, std::string> more = {}) {
    more.try_emplace("TOLLWAY_ROUTING_BREAKER_FAILURES_IN_A_ROW", "1000");
    more.try_emplace("TOLLWAY_ROUTING_BREAKER_JUDGED_MIN", "100000");
    return more;
  }
  // Each connection gets what is `next_` by then.
  void serve(UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    const auto& stream = streams_[next_];
    connection.send(sse_head() + (stream.begun.empty() ? "" : chunk(stream.begun)));
    if (hold_) connection.wait_for(go_on_);
    cut(connection, stream.how, dialect().events[2]);
  }
  // Each stream that is cut before it has produced anything.
  static std::vector<CutStream> without_content() {
    std::vector<CutStream> all;
    const auto frames = lifecycle_of(dialect());
    for (std::size_t count = 0; count <= frames.size(); ++count) {
      for (const auto how : cuts) all.push_back({joined(frames, count), how});
    }
    return all;
  }
  // One attempt a request, which failed and is charged for what it brought.
  static void expect_settled(Gateway& gateway, std::size_t requests, int status, bool content) {
    gateway.stop();
    const auto records = gateway.records();
    EXPECT_EQ(records.size(), requests);
    for (const auto& record : records) {
      EXPECT_EQ(record.outcome(), "connection_lost");
      EXPECT_EQ(record.status(), status);
      EXPECT_EQ(record.attempts(), 1);
    }
    const auto rows = ledger_rows(gateway.data());
    EXPECT_EQ(rows.size(), requests);
    for (const auto& row : rows) {
      EXPECT_EQ(row.outcome, "connection_lost");
      EXPECT_EQ(row.flags & (flag_last | flag_failed | flag_cancelled), flag_last | flag_failed);
      EXPECT_EQ(row.status, status);
      EXPECT_TRUE(row.flags & flag_estimated);
      EXPECT_GT(row.input, 0);
      if (content) EXPECT_GT(row.output, 0);
      EXPECT_GT(row.computed.value_or(0), 0);
    }
  }
  // Its only endpoint's, as GET /providers/health has it.
  static json::value health(const Gateway& gateway) {
    const auto rows = at(gateway.get("/api/v1/providers/health").body_json(), "/data");
    return rows.is_array() && rows.as_array().size() == 1 ? rows.as_array()[0] : json::value();
  }

  std::vector<CutStream> streams_{CutStream{}};  // written between requests alone
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> hold_ = false;
  Signal go_on_;
  FaultUpstream upstream_{[this](UpstreamConnection& connection) { serve(connection); }};
  SeveralProviders only_{{own_provider("first", upstream_.url())}};
};
INSTANTIATE_TEST_SUITE_P(U, CutWithoutSecond, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(CutWithoutSecond, U08_before_content_it_is_an_error_status) {
  streams_ = without_content();
  Gateway gateway(only_.options(patient()));
  for (next_ = 0; next_ < streams_.size(); ++next_) {
    SCOPED_TRACE(fmt::format("cut {} after: {}", static_cast<int>(streams_[next_].how),
                             streams_[next_].begun));
    const auto got = gateway.post(dialect().path(), dialect().body(true));
    expect_error_answer(got, 502, dialect().path());
    expect_no_clean_end(got);
  }
  EXPECT_EQ(upstream_.request_count(), static_cast<int>(streams_.size()))
      << "what was begun is not asked again";
  expect_settled(gateway, streams_.size(), 502, false);
}

// Where comments keep the client waiting the status has gone out.
TEST_P(CutWithoutSecond, U08_before_content_and_after_a_comment_it_is_an_error_event) {
  const auto frames = lifecycle_of(dialect());
  streams_ = {{joined(frames, frames.size()), Cut::end_of_message}};
  hold_ = true;
  Gateway gateway(only_.options(patient({{"TOLLWAY_STREAM_SILENCE", "0.2"}})));
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), dialect().body(true)));
  auto got = client.begin_answer();
  EXPECT_TRUE(client.read_until(got, ": TOLLWAY PROCESSING\n\n")) << got.body;
  go_on_.set();
  client.finish(got);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(split_stream(got.body).events().size(), 1U) << got.body;
  expect_no_clean_end(got);
  // It goes on where the frames that were held have ended.
  got.body.insert(0, joined(frames, frames.size()));
  expect_error_event(dialect(), got);
  expect_settled(gateway, 1, 200, false);
}

TEST_P(CutWithoutSecond, U08_after_content_it_is_an_error_event) {
  streams_.clear();
  for (const auto how : cuts) streams_.push_back({dialect().begun_stream(), how});
  Gateway gateway(only_.options(patient()));
  for (next_ = 0; next_ < streams_.size(); ++next_) {
    SCOPED_TRACE(static_cast<int>(streams_[next_].how));
    const auto got = gateway.post(dialect().path(), dialect().body(true));
    EXPECT_EQ(got.status, 200);
    EXPECT_TRUE(got.body.contains("Grüße ")) << got.body;
    expect_error_event(dialect(), got);
    expect_no_clean_end(got);
  }
  EXPECT_EQ(upstream_.request_count(), static_cast<int>(streams_.size()));
  expect_settled(gateway, streams_.size(), 200, true);
}

// Before content and after it alike.
TEST_P(CutWithoutSecond, U12_streams_that_are_cut_open_the_breaker) {
  constexpr std::size_t failures = 5;
  const auto frames = lifecycle_of(dialect());
  streams_ = {{"", Cut::close},
              {dialect().begun_stream(), Cut::close},
              {joined(frames, 1), Cut::end_of_message},
              {dialect().begun_stream(), Cut::reset},
              {joined(frames, frames.size()), Cut::reset}};
  ASSERT_EQ(streams_.size(), failures);
  Gateway gateway(only_.options({{"TOLLWAY_ROUTING_BREAKER_OPEN_FIRST", "600"},
                                 {"TOLLWAY_ROUTING_BREAKER_OPEN_MAX", "600"}}));
  Stopwatch since_the_last;
  for (next_ = 0; next_ < failures;) {
    since_the_last = {};
    static_cast<void>(gateway.post(dialect().path(), dialect().body(true)));
    ++next_;
    // What came of a stream is noted once the client has it.
    EXPECT_TRUE(wait_until([&] {
      return at(health(gateway), "/requests_last_30m/failures") == json::value(next_.load());
    })) << health(gateway);
    EXPECT_EQ(text_at(health(gateway), "/breaker"), next_ < failures ? "closed" : "open");
  }
  EXPECT_EQ(at(health(gateway), "/windows/30m/errors/broken"), json::value(failures));
  next_ = 0;
  const auto refused = gateway.post(dialect().path(), dialect().body(true));
  // A second later somebody may look whether it is well again.
  if (since_the_last.elapsed() > 1s) return;
  expect_error_answer(refused, 503, dialect().path());
  EXPECT_TRUE(refused.headers.has("retry-after"));
  EXPECT_EQ(upstream_.request_count(), static_cast<int>(failures));
}

}  // namespace
}  // namespace tollway::test
