// The process: its start, its end, and what it does when descriptors run out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <regex>

#include "integration/in_each_dialect.hpp"

namespace tollway::test {
namespace {

constexpr auto chat_path = "/api/v1/chat/completions";

TEST(Process, P08_out_of_descriptors) {
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "a build without sanitizers: UBSan's check of vtables takes a descriptor itself";
#endif
  FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_dialect().json)));
  Gateway gateway(upstream, {.open_files_max = 64});
  RawClient early(gateway.port());
  early.send(gateway.request_bytes("GET", "/api/v1/health"));
  EXPECT_EQ(early.read_answer().status, 200);
  std::vector<std::unique_ptr<RawClient>> clients;
  clients.reserve(120);
  for (int i = 0; i < 120; ++i) clients.push_back(std::make_unique<RawClient>(gateway.port()));
  // Who is in still gets an answer, if only that there is no more to be had.
  early.send(gateway.request_bytes("POST", chat_path, chat_dialect().body(false)));
  const auto squeezed = early.read_answer();
  EXPECT_THAT(squeezed.status, testing::AnyOf(200, 502, 503)) << squeezed.body;
  // The rest wait in the backlog, and nobody turns in circles over them.
  const auto used_before = gateway.process().cpu_time();
  EXPECT_TRUE(clients.back()->stays_silent(500ms));
  EXPECT_LT(gateway.process().cpu_time() - used_before, 150ms) << "accept spins";
  clients.clear();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(gateway.post(chat_path, chat_dialect().body(false)).status, 200);
  }
}

class Drain : public InEachDialect {};
INSTANTIATE_TEST_SUITE_P(Process, Drain, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(Drain, sigterm_lets_a_stream_finish) {
  Signal drained;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(dialect().begun_stream()));
    connection.wait_for(drained);
    connection.send(chunk(dialect().whole_stream().substr(dialect().begun_stream().size())) +
                    last_chunk());
  });
  Gateway gateway(upstream, {.environment = {{"TOLLWAY_DRAIN_TIMEOUT", "20"}}});
  RawClient idle(gateway.port());
  idle.send(gateway.request_bytes("GET", "/api/v1/health"));
  EXPECT_EQ(idle.read_answer().status, 200);
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), dialect().body(true)));
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, dialect().begun_stream()));

  gateway.process().signal(SIGTERM);
  EXPECT_TRUE(idle.wait_for_close()) << "an idle connection holds up the end";
  EXPECT_TRUE(wait_until([&] { return !Wire::connect(gateway.port(), {}).is_open(); }))
      << "it still accepts";
  drained.set();
  client.finish(answer);
  EXPECT_EQ(answer.body, dialect().whole_stream());
  EXPECT_TRUE(answer.complete);
  EXPECT_TRUE(client.wait_for_close());
  gateway.stop();
  EXPECT_EQ(
      gateway.wait_for_record([](const AccessRecord& line) { return line.stream(); }).outcome(),
      "ok");
}

TEST_P(Drain, drain_timeout_ends_what_does_not_finish) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(dialect().begun_stream()));
    connection.stall_until_hangup();
  });
  Gateway gateway(upstream, {.environment = {{"TOLLWAY_DRAIN_TIMEOUT", "0.5"}}});
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", dialect().path(), dialect().body(true)));
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, dialect().begun_stream()));
  const Stopwatch watch;
  gateway.stop();
  EXPECT_GE(watch.elapsed(), 450ms);
  EXPECT_LE(watch.elapsed(), 3500ms) << "the timeout, and a moment for the last words";
  client.finish(answer);
  if (answer.complete) expect_error_event(dialect(), answer);
  EXPECT_TRUE(upstream.wait_for_hangup());
  const auto record = gateway.only_record();
  EXPECT_EQ(record.outcome(), "draining");
}

TEST(Process, sigterm_while_idle_ends_at_once) {
  Gateway gateway(GatewayOptions{});
  const Stopwatch watch;
  gateway.stop();
  EXPECT_LT(watch.elapsed(), 2s);
}

TEST(Process, sigint_is_as_good_as_sigterm) {
  Gateway gateway(GatewayOptions{});
  gateway.process().signal(SIGINT);
  EXPECT_EQ(gateway.process().wait_for_exit(), 0);
}

TEST(Process, first_start_prints_a_key_and_a_line_that_works) {
  const TemporaryDirectory files;
  const auto data = files.path() / "data";
  std::string key;
  {
    Gateway gateway({.data = data});
    key = gateway.key();
    EXPECT_TRUE(std::regex_match(key, std::regex("sk-tw-[0-9a-f]{64}"))) << key;
    const auto output = gateway.standard_output();
    std::smatch line;
    ASSERT_TRUE(std::regex_search(output, line, std::regex("curl [^\n]*(\\\\\n[^\n]*)*")))
        << output;
    EXPECT_NE(line.str().find(key), std::string::npos);
    if (!find_program("curl").empty()) {
      const auto answered = files.path() / "answered";
      ChildProcess curl({.words = {"sh", "-c", line.str()}, .stdout_file = answered});
      EXPECT_EQ(curl.wait_for_exit(), 0);
      EXPECT_TRUE(parse_json(read_file(answered)).is_object());
      EXPECT_EQ(gateway.record().outcome(), "ok");
    }
  }
  Gateway again({.data = data, .key = key});
  EXPECT_EQ(again.standard_output().find("sk-tw-"), std::string::npos);
  EXPECT_EQ(again.get("/api/v1/key").status, 200) << "the first start's key holds";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data)) {
    if (!entry.is_regular_file()) continue;
    EXPECT_EQ(read_file(entry.path()).find(key), std::string::npos)
        << "the key itself is in " << entry.path();
  }
}

TEST(Process, no_auth_only_on_loopback) {
  const TemporaryDirectory files;
  const auto data = (files.path() / "data").string();
  for (const auto* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"}) {
    const auto refused = run_tollway({"serve", "--no-auth", "--listen", address, "--data", data});
    EXPECT_EQ(refused.exit_code, 2) << address << refused.err;
    EXPECT_NE(refused.err.find("loopback"), std::string::npos) << refused.err;
  }
  for (const auto* address : {"127.0.0.1:0", "[::1]:0"}) {
    Gateway gateway({.listen = address, .authenticate = false});
    RawClient client(gateway.port(), {.ipv6 = std::string_view(address).starts_with('[')});
    const auto ask = [&](std::string_view host) {
      client.send(fmt::format("GET /api/v1/models HTTP/1.1\r\nHost: {}\r\n\r\n", host));
      return client.read_answer().status;
    };
    EXPECT_EQ(ask(fmt::format("localhost:{}", gateway.port())), 200) << address;
    // A page in a browser may reach it under a name of its own: DNS rebinding.
    EXPECT_EQ(ask("rebound.example"), 403) << address;
  }
}

TEST(Process, bad_starts_are_refused_with_a_reason) {
  const TemporaryDirectory files;
  const auto data = (files.path() / "data").string();
  const std::vector<std::vector<std::string>> starts = {
      {"serve", "--listen", "nonsense", "--data", data},
      {"serve", "--listen", "127.0.0.1:99999", "--data", data},
      {"serve", "--listen", "127.0.0.1:0", "--data", "/proc/nowhere"},
      {"serve", "--listen", "127.0.0.1:0", "--data", data, "--threads", "0"},
      {"serve", "--listen", "127.0.0.1:0", "--data", data, "--tls-certificate", "/nowhere.pem"},
      {"serve", "--no-such-flag"},
  };
  for (const auto& words : starts) {
    const auto refused = run_tollway(words);
    SCOPED_TRACE(testing::PrintToString(words));
    EXPECT_NE(refused.exit_code, 0);
    EXPECT_LT(refused.exit_code, 128) << "it crashed";
    EXPECT_FALSE(refused.err.empty() && refused.out.empty()) << "it does not say why";
  }
  const auto timeout = run_tollway({"serve", "--listen", "127.0.0.1:0", "--data", data},
                                   {{"TOLLWAY_UPSTREAM_CONNECT_TIMEOUT", "soon"}});
  EXPECT_NE(timeout.exit_code, 0);
  EXPECT_NE(timeout.err.find("TOLLWAY_UPSTREAM_CONNECT_TIMEOUT"), std::string::npos) << timeout.err;
}

}  // namespace
}  // namespace tollway::test
