// What a stream that ends too early costs, by whoever ended it, and streams that state their usage
// in steps.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/gateway_process.hpp"
#include "support/ledger_rows.hpp"

namespace tollway::test {
namespace {

constexpr auto path = "/v1/chat/completions";

// One that stops when it is left, and one that generates on and bills it all (wire.md 2.12).
struct Vendor {
  std::string_view name;
  std::string_view model;
};
constexpr Vendor stopping{"OPENAI", "gpt-4o"};
constexpr Vendor going_on{"GROQ", "llama-3.3-70b-versatile"};

std::string body(const Vendor& vendor) {
  return fmt::format(
      R"({{"model":"{}","stream":true,"messages":[{{"role":"user","content":"Hello"}}]}})",
      vendor.model);
}

std::string event(const Vendor& vendor, std::string_view text, std::string_view usage = "") {
  return fmt::format(
      R"(data: {{"id":"c","model":"{}","choices":[{{"index":0,"delta":{{"content":"{}"}},)"
      R"("finish_reason":null}}]{}}})"
      "\n\n",
      vendor.model, text, usage);
}

// Five tokens of o200k_base.
std::string five(const Vendor& vendor) {
  return event(vendor, " hello hello hello hello hello");
}

GatewayOptions before(const Vendor& vendor, const FaultUpstream& upstream,
                      std::map<std::string, std::string> more) {
  std::string provider(vendor.name);
  for (char& letter : provider) letter = static_cast<char>(std::tolower(letter));
  more.try_emplace("TOLLWAY_LLM_PROVIDER", provider);
  more.try_emplace(fmt::format("{}_API_KEY", vendor.name), "sk-own-canary-77ad02");
  more.try_emplace(fmt::format("TOLLWAY_LLM_{}_URL", vendor.name), upstream.url_for("127.0.0.1"));
  return {.environment = std::move(more)};
}

LedgerRow only_row(Gateway& gateway) {
  gateway.stop();
  const auto rows = ledger_rows(gateway.data());
  EXPECT_EQ(rows.size(), 1U);
  return rows.empty() ? LedgerRow{} : rows.front();
}

void stall(UpstreamConnection& connection) {
  connection.stall_until_hangup();
}

// Why Tollway hangs up.
struct Cut {
  std::string_view name;
  std::map<std::string, std::string> settings;
  void (*then)(UpstreamConnection&);  // after twenty tokens
  std::string_view outcome = "upstream_timeout";
};
void PrintTo(const Cut& cut, std::ostream* out) {
  *out << cut.name;
}

std::vector<Cut> cuts() {
  return {
      {"U09_stall", {{"TOLLWAY_UPSTREAM_BETWEEN_BYTES_TIMEOUT", "0.3"}}, stall},
      {"U10_total", {{"TOLLWAY_UPSTREAM_TOTAL_TIMEOUT", "1"}}, stall},
      {"too_slow",
       {{"TOLLWAY_STREAM_TOKENS_PER_SECOND_MIN", "1000"}, {"TOLLWAY_STREAM_SPEED_WINDOW", "0.3"}},
       stall},
      {"U19_endless_line",
       {},
       [](UpstreamConnection& connection) {
         for (int i = 0; i < 20; ++i) connection.send(chunk(std::string(1 << 20, 'x')));
         connection.stall_until_hangup();
       },
       "upstream_too_large"}};
}

class CutStream : public testing::TestWithParam<Cut> {
 protected:
  static LedgerRow row_of(const Vendor& vendor) {
    const Cut& cut = GetParam();
    const FaultUpstream upstream([&](UpstreamConnection& connection) {
      if (!connection.read_request()) return;
      std::string events;
      for (int i = 0; i < 4; ++i) events += five(vendor);
      connection.send(sse_head() + chunk(events));
      cut.then(connection);
    });
    Gateway gateway(before(vendor, upstream, cut.settings));
    EXPECT_EQ(gateway.post(path, body(vendor)).status, 200);
    const auto row = only_row(gateway);
    EXPECT_EQ(row.outcome, cut.outcome);
    EXPECT_TRUE(row.flags & flag_estimated);
    EXPECT_TRUE(row.flags & flag_counted);
    EXPECT_EQ(row.output, 20) << "what passed is on record";
    return row;
  }
};
INSTANTIATE_TEST_SUITE_P(Cuts, CutStream, testing::ValuesIn(cuts()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(CutStream, M05_costs_what_passed_where_the_vendor_stops) {
  EXPECT_GT(row_of(stopping).computed.value_or(0), 0);
}

TEST_P(CutStream, M05_is_billed_to_an_end_that_nobody_saw_where_the_vendor_goes_on) {
  EXPECT_EQ(row_of(going_on).computed, std::nullopt);
}

// A stream that the end of the program cuts.
TEST(CutStreams, M05_draining_leaves_a_vendor_that_goes_on) {
  const FaultUpstream upstream([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(five(going_on)));
    connection.stall_until_hangup();
  });
  Gateway gateway(before(going_on, upstream, {{"TOLLWAY_DRAIN_TIMEOUT", "0.2"}}));
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", path, body(going_on)));
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, "hello"));
  const auto row = only_row(gateway);
  EXPECT_EQ(row.output, 5);
  EXPECT_EQ(row.computed, std::nullopt);
}

// Fireworks and others state in each chunk what was used so far.
std::string step(const Vendor& vendor, int output) {
  return event(vendor, " hello",
               fmt::format(R"(,"usage":{{"prompt_tokens":100,"completion_tokens":{}}})", output));
}

LedgerRow row_of_a_client_that_leaves(const Vendor& vendor) {
  const FaultUpstream upstream([&](UpstreamConnection& connection) {
    if (!connection.read_request()) return;
    connection.send(sse_head() + chunk(step(vendor, 1) + step(vendor, 7) + event(vendor, "!")));
    connection.stall_until_hangup();
  });
  Gateway gateway(before(vendor, upstream, {}));
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", path, body(vendor)));
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, "!"));
  client.close();
  EXPECT_TRUE(upstream.wait_for_hangup());
  const auto row = only_row(gateway);
  EXPECT_EQ(row.outcome, "cancelled");
  EXPECT_TRUE(row.flags & flag_estimated);
  EXPECT_EQ(row.input, 100) << "as it was stated";
  EXPECT_EQ(row.output, 7) << "as it was stated";
  return row;
}

TEST(UsageInSteps, M05_is_not_what_a_vendor_that_goes_on_bills) {
  EXPECT_EQ(row_of_a_client_that_leaves(going_on).computed, std::nullopt);
}

TEST(UsageInSteps, M05_is_what_a_vendor_that_stops_bills) {
  // 100 x $2.50 + 7 x $10 a million.
  EXPECT_EQ(row_of_a_client_that_leaves(stopping).computed, 320'000);
}

TEST(UsageInSteps, the_last_step_is_the_whole) {
  const FaultUpstream upstream(FaultUpstream::answering(
      sse_answer(step(going_on, 1) + step(going_on, 2) +
                 fmt::format(R"(data: {{"id":"c","model":"{}","choices":[{{"index":0,"delta":{{}},)"
                             R"("finish_reason":"stop"}}],"usage":{{"prompt_tokens":100,)"
                             R"("completion_tokens":3}}}})"
                             "\n\ndata: [DONE]\n\n",
                             going_on.model))));
  Gateway gateway(before(going_on, upstream, {}));
  const auto answer = gateway.post(path, body(going_on));
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body.find("\"cost\""), answer.body.rfind("\"cost\""))
      << "the cost stands beside the whole usage alone: " << answer.body;
  EXPECT_NE(answer.body.find("\"cost\""), std::string::npos) << answer.body;
  const auto row = only_row(gateway);
  EXPECT_FALSE(row.flags & flag_estimated);
  EXPECT_EQ(row.output, 3);
  EXPECT_GT(row.computed.value_or(0), 0);
}

TEST(UsageInSteps, U21_usage_twice_is_the_later_one) {
  const auto usage = [](int output) {
    return fmt::format(
        R"(data: {{"id":"c","choices":[],"usage":{{"prompt_tokens":100,"completion_tokens":{}}}}})"
        "\n\n",
        output);
  };
  const FaultUpstream upstream(FaultUpstream::answering(
      sse_answer(five(stopping) + usage(5) + usage(10) + "data: [DONE]\n\n")));
  Gateway gateway(before(stopping, upstream, {}));
  EXPECT_TRUE(gateway.post(path, body(stopping)).complete);
  const auto row = only_row(gateway);
  EXPECT_FALSE(row.flags & flag_estimated);
  EXPECT_EQ(row.output, 10);
  EXPECT_EQ(row.computed, 350'000) << "once";
}

}  // namespace
}  // namespace tollway::test
