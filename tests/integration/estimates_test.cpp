// Answers that never say what they used: counted from what passed, and marked as estimated.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/gateway_process.hpp"
#include "support/ledger_rows.hpp"

namespace tollway::test {
namespace {

// " hello" is one token of o200k_base, and so is each more.
std::string hellos(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += " hello";
  return text;
}

struct Wire {
  std::string_view name;
  std::string_view path;
  std::string_view vendor;  // "OPENAI"
  std::string_view model;
  std::string begin;
  std::string before_text;  // of one event
  std::string after_text;
  std::string end;

  // Five tokens an event.
  [[nodiscard]] std::string events(int tokens) const {
    std::string all;
    for (int i = 0; i < tokens / 5; ++i) all += before_text + hellos(5) + after_text;
    return all;
  }
  [[nodiscard]] std::string body(bool stream = true) const {
    const auto prompt =
        path == "responses"
            ? fmt::format(R"("input":"{}")", hellos(300))
            : fmt::format(R"("messages":[{{"role":"user","content":"{}"}}])", hellos(300));
    return fmt::format(R"({{"model":"{}",{},"stream":{}}})", model, prompt, stream);
  }
  [[nodiscard]] std::string target() const { return fmt::format("/v1/{}", path); }
};

void PrintTo(const Wire& wire, std::ostream* out) {
  *out << wire.name;
}

Wire chat(std::string_view vendor = "OPENAI", std::string_view model = "gpt-4o") {
  return {"chat",
          "chat/completions",
          vendor,
          model,
          "",
          R"(data: {"id":"c","model":"gpt-4o","choices":[{"index":0,"delta":{"content":")",
          "\"},\"finish_reason\":null}]}\n\n",
          "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}"
          "\n\ndata: [DONE]\n\n"};
}

std::vector<Wire> wires() {
  return {chat(),
          {"tool_calls", "chat/completions", "OPENAI", "gpt-4o", "",
           R"(data: {"id":"c","model":"gpt-4o","choices":[{"index":0,"delta":{"content":null,)"
           R"("tool_calls":[{"index":0,"function":{"arguments":")",
           "\"}}]},\"finish_reason\":null}]}\n\n",
           "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},"
           "\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n"},
          {"responses", "responses", "OPENAI", "gpt-4o",
           "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":"
           "{\"id\":\"r\",\"model\":\"gpt-4o\"}}\n\n",
           R"(data: {"type":"response.output_text.delta","sequence_number":1,"delta":")", "\"}\n\n",
           "data: {\"type\":\"response.completed\",\"sequence_number\":9,\"response\":"
           "{\"id\":\"r\",\"model\":\"gpt-4o\",\"status\":\"completed\"}}\n\n"},
          {"messages", "messages", "ANTHROPIC", "claude-sonnet-4-5",
           "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\","
           "\"model\":\"claude-sonnet-4-5\"}}\n\n",
           "event: content_block_delta\n"
           R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")",
           "\"}}\n\n", "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"}};
}

GatewayOptions before(const Wire& wire, const FaultUpstream& upstream) {
  std::string provider(wire.vendor);
  for (char& letter : provider) letter = static_cast<char>(std::tolower(letter));
  return {.environment = {
              {"TOLLWAY_LLM_PROVIDER", provider},
              {fmt::format("{}_API_KEY", wire.vendor), "sk-own-canary-9a63f0"},
              {fmt::format("TOLLWAY_LLM_{}_URL", wire.vendor), upstream.url_for("127.0.0.1")}}};
}

LedgerRow only_row(Gateway& gateway) {
  gateway.stop();
  const auto rows = ledger_rows(gateway.data());
  EXPECT_EQ(rows.size(), 1U);
  return rows.empty() ? LedgerRow{} : rows.front();
}

// What a chat format adds around the text is a few tokens.
void expect_counted(const LedgerRow& row, int output) {
  EXPECT_TRUE(row.flags & flag_estimated);
  EXPECT_TRUE(row.flags & flag_counted);
  EXPECT_EQ(row.output, output);
  EXPECT_GE(row.input, 300);
  EXPECT_LE(row.input, 310);
}

class Estimates : public testing::TestWithParam<Wire> {};
INSTANTIATE_TEST_SUITE_P(Wires, Estimates, testing::ValuesIn(wires()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(Estimates, of_a_stream_whose_vendor_says_nothing) {
  const Wire& wire = GetParam();
  const FaultUpstream upstream(
      FaultUpstream::answering(sse_answer(wire.begin + wire.events(500) + wire.end)));
  Gateway gateway(before(wire, upstream));
  const auto answer = gateway.post(wire.target(), wire.body());
  EXPECT_EQ(answer.body, wire.begin + wire.events(500) + wire.end);
  const auto row = only_row(gateway);
  expect_counted(row, 500);
  EXPECT_EQ(row.outcome, "ok");
  EXPECT_GT(row.computed.value_or(0), 0);
}

TEST_P(Estimates, U08_of_a_stream_that_is_cut) {
  const Wire& wire = GetParam();
  const FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(wire.begin + wire.events(250)));
    connection.reset();
  });
  Gateway gateway(before(wire, upstream));
  EXPECT_EQ(gateway.post(wire.target(), wire.body()).status, 200);
  const auto row = only_row(gateway);
  expect_counted(row, 250);
  EXPECT_TRUE(row.flags & flag_failed);
  EXPECT_GT(row.computed.value_or(0), 0);
}

LedgerRow row_of_a_client_that_leaves(const Wire& wire) {
  const FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(wire.begin + wire.events(100) + wire.before_text + "!" +
                                       wire.after_text));
    connection.stall_until_hangup();
  });
  Gateway gateway(before(wire, upstream));
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", wire.target(), wire.body()));
  auto begun = client.begin_answer();
  EXPECT_TRUE(client.read_until(begun, "!"));
  client.close();
  EXPECT_TRUE(upstream.wait_for_hangup());
  return only_row(gateway);
}

TEST_P(Estimates, M05_of_a_client_that_leaves) {
  const auto row = row_of_a_client_that_leaves(GetParam());
  expect_counted(row, 101);
  EXPECT_TRUE(row.flags & flag_cancelled);
  EXPECT_GT(row.computed.value_or(0), 0) << "who serves it stops";
}

// wire.md 2.12: generation runs on and is billed in full, so what passed is not what it costs.
TEST(Estimate, M05_what_a_vendor_that_goes_on_bills_is_unknown) {
  const auto row = row_of_a_client_that_leaves(chat("GROQ", "llama-3.3-70b-versatile"));
  expect_counted(row, 101);
  EXPECT_EQ(row.computed, std::nullopt);
}

TEST(Estimate, of_a_whole_answer) {
  const Wire wire = chat();
  const FaultUpstream upstream(FaultUpstream::answering(json_answer(
      fmt::format(R"({{"id":"c","model":"gpt-4o","choices":[{{"message":{{"content":"{}"}}}}]}})",
                  hellos(500)))));
  Gateway gateway(before(wire, upstream));
  EXPECT_EQ(gateway.post(wire.target(), wire.body(false)).status, 200);
  expect_counted(only_row(gateway), 500);
}

// What it would have cost nobody knows; what came of it is counted.
TEST(Estimate, of_a_whole_answer_that_breaks_off) {
  const Wire wire = chat();
  const FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(
        fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    "Content-Length: 100000\r\n\r\n"
                    R"({{"id":"c","model":"gpt-4o","choices":[{{"message":{{"content":"{})",
                    hellos(250)));
    connection.close();
  });
  Gateway gateway(before(wire, upstream));
  EXPECT_EQ(gateway.post(wire.target(), wire.body(false)).status, 502);
  const auto row = only_row(gateway);
  expect_counted(row, 250);
  EXPECT_EQ(row.computed, std::nullopt);
}

// Words, then as many bytes of digits, which have three times the tokens: no beginning tells.
TEST(Estimate, of_text_that_is_not_alike) {
  const Wire wire = chat();
  std::string digits;
  for (int i = 0; i < 6'000; ++i) digits += "271828 ";
  const auto prompt = fmt::format(
      R"({{"model":"gpt-4o","stream":true,"messages":[{{"role":"user","content":"{}{}"}}]}})",
      hellos(6'000), digits);
  std::string events = wire.events(5'000);
  for (int i = 0; i < 1'000; ++i) events += wire.before_text + "271828 " + wire.after_text;
  const FaultUpstream upstream(FaultUpstream::answering(sse_answer(events + wire.end)));
  Gateway gateway(before(wire, upstream));
  EXPECT_TRUE(gateway.post(wire.target(), prompt).complete);
  const auto row = only_row(gateway);
  // "271", "828" and " ".
  EXPECT_NEAR(static_cast<double>(row.input), 6'000 + 3 * 6'000, 20);
  EXPECT_NEAR(static_cast<double>(row.output), 5'000 + 3 * 1'000, 5);
}

// Two choices, and then two tool calls, in each event.
TEST(Estimate, of_all_that_an_event_says) {
  const Wire wire = chat();
  const std::string choices = fmt::format(
      R"(data: {{"id":"c","model":"gpt-4o","choices":[{{"index":0,"delta":{{"content":"{0}"}},)"
      R"("finish_reason":null}},{{"index":1,"delta":{{"content":"{0}"}},"finish_reason":null}}]}})"
      "\n\n",
      hellos(5));
  const std::string calls = fmt::format(
      R"(data: {{"id":"c","model":"gpt-4o","choices":[{{"index":0,"delta":{{"tool_calls":[)"
      R"({{"index":0,"function":{{"arguments":"{0}"}}}},)"
      R"({{"index":1,"function":{{"arguments":"{0}"}}}}]}},"finish_reason":null}}]}})"
      "\n\n",
      hellos(5));
  std::string events;
  for (int i = 0; i < 50; ++i) events += choices;
  for (int i = 0; i < 50; ++i) events += calls;
  const FaultUpstream upstream(FaultUpstream::answering(sse_answer(events + wire.end)));
  Gateway gateway(before(wire, upstream));
  EXPECT_TRUE(gateway.post(wire.target(), wire.body()).complete);
  expect_counted(only_row(gateway), 1000);
}

// The text that is kept is bounded, the count is of all that passed.
TEST(Estimate, of_a_long_stream) {
  const Wire wire = chat();
  const FaultUpstream upstream(
      FaultUpstream::answering(sse_answer(wire.events(100'000) + wire.end)));
  Gateway gateway(before(wire, upstream));
  EXPECT_TRUE(gateway.post(wire.target(), wire.body()).complete);
  const auto row = only_row(gateway);
  EXPECT_NEAR(static_cast<double>(row.output), 100'000, 100);
}

// An image is no text, however many bytes it has.
TEST(Estimate, of_a_prompt_with_an_image) {
  const Wire wire = chat();
  const FaultUpstream upstream(FaultUpstream::answering(sse_answer(wire.events(5) + wire.end)));
  Gateway gateway(before(wire, upstream));
  const auto body = fmt::format(
      R"({{"model":"gpt-4o","stream":true,"messages":[{{"role":"user","content":[)"
      R"({{"type":"image_url","image_url":{{"url":"data:image/png;base64,{}"}}}}]}}]}})",
      std::string(1 << 20, 'A'));
  EXPECT_TRUE(gateway.post(wire.target(), body).complete);
  EXPECT_LT(only_row(gateway).input, 20);
}

}  // namespace
}  // namespace tollway::test
