// Every attempt is in the ledger once, with what it cost, whatever way it ended.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/in_each_dialect.hpp"
#include "support/ledger_rows.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

constexpr auto chat_path = "/api/v1/chat/completions";
constexpr auto chat_body =
    R"({"model":"openai/gpt-4o","messages":[{"role":"user","content":"Hello"}]})";
constexpr auto stream_body =
    R"({"model":"openai/gpt-4o","stream":true,"messages":[{"role":"user","content":"Hello"}]})";

std::string chat_answer(std::string_view usage) {
  return fmt::format(
      R"({{"id":"gen-1","model":"openai/gpt-4o","provider":"OpenAI","choices":[{{"index":0,)"
      R"("message":{{"role":"assistant","content":"Hi"}},"finish_reason":"stop"}}],"usage":{}}})",
      usage);
}

std::string event(std::string_view delta, std::string_view provider = "OpenAI") {
  return fmt::format(
      "data: {{\"id\":\"gen-1\",\"model\":\"openai/gpt-4o\",\"provider\":\"{}\",\"choices\":[{{"
      "\"index\":0,\"delta\":{{\"content\":\"{}\"}},\"finish_reason\":null}}]}}\n\n",
      provider, delta);
}

LedgerRow only_row(Gateway& gateway) {
  gateway.stop();
  const auto rows = ledger_rows(gateway.data());
  EXPECT_EQ(rows.size(), 1U);
  EXPECT_EQ(ledger_number(gateway.data(), "SELECT count(*) FROM requests"), 1);
  return rows.empty() ? LedgerRow{} : rows.front();
}

// Of a request that was tried again and again.
LedgerRow last_of_three(Gateway& gateway) {
  gateway.stop();
  const auto rows = ledger_rows(gateway.data());
  EXPECT_EQ(rows.size(), 3U);
  EXPECT_EQ(ledger_number(gateway.data(), "SELECT count(*) FROM requests"), 1);
  EXPECT_EQ(ledger_number(gateway.data(), "SELECT sum(cost) FROM requests"), 0);
  for (const LedgerRow& row : rows) EXPECT_EQ(row.computed, 0);
  return rows.empty() ? LedgerRow{} : rows.back();
}

TEST(Settling, billed_is_what_the_provider_says_and_ours_stands_beside_it) {
  FaultUpstream upstream(FaultUpstream::answering(
      json_answer(chat_answer(R"({"prompt_tokens":1000,"completion_tokens":100,"cost":0.0035})"))));
  Gateway gateway(upstream);
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
  const auto row = only_row(gateway);
  EXPECT_EQ(row.billed, 3'500'000);
  EXPECT_EQ(row.computed, 3'500'000);  // 1000 x $2.50 + 100 x $10 a million
  EXPECT_EQ(row.flags, flag_last | flag_counted);
  EXPECT_EQ(row.key, "default");
  EXPECT_EQ(row.route, "chat/completions");
  EXPECT_EQ(row.provider, "openrouter");
  EXPECT_EQ(row.upstream_id, "gen-1");
  EXPECT_EQ(row.status, 200);
}

TEST(Settling, more_than_one_percent_apart_is_marked) {
  FaultUpstream upstream(FaultUpstream::answering(
      json_answer(chat_answer(R"({"prompt_tokens":1000,"completion_tokens":100,"cost":0.0036})"))));
  Gateway gateway(upstream);
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
  EXPECT_EQ(only_row(gateway).flags, flag_last | flag_counted | flag_differs);
}

TEST(Settling, U05_two_attempts_one_request_one_charge) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    if (connection.index() == 0) return connection.reset();
    connection.send(json_answer(
        chat_answer(R"({"prompt_tokens":1000,"completion_tokens":100,"cost":0.0035})")));
  });
  Gateway gateway(upstream);
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
  gateway.stop();
  const auto rows = ledger_rows(gateway.data());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].outcome, "connection_lost");
  EXPECT_EQ(rows[0].flags, flag_failed);
  EXPECT_EQ(rows[0].billed, std::nullopt);
  EXPECT_EQ(rows[1].outcome, "ok");
  EXPECT_EQ(rows[1].attempt, 2);
  EXPECT_EQ(ledger_number(gateway.data(), "SELECT sum(attempts) FROM requests"), 2);
  EXPECT_EQ(ledger_number(gateway.data(), "SELECT sum(cost) FROM requests"), 3'500'000);
}

TEST(Settling, U01_what_was_never_sent_costs_nothing) {
  Gateway gateway({.upstream_url = "http://127.0.0.1:1/api/v1"});
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 502);
  const auto row = last_of_three(gateway);
  EXPECT_EQ(row.outcome, "connect_failed");
  EXPECT_EQ(row.status, 502);
}

TEST(Settling, an_answer_that_is_an_error_costs_nothing) {
  FaultUpstream upstream(FaultUpstream::answering(
      answer(429, "application/json", R"({"error":{"code":429,"message":"slow down"}})")));
  Gateway gateway(upstream);
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 429);
  const auto row = last_of_three(gateway);
  EXPECT_EQ(row.flags, flag_last | flag_failed);
}

TEST(Settling, U21_absurd_usage_is_estimated_and_negative_cost_no_credit) {
  for (const auto* usage : {R"({"prompt_tokens":-5,"completion_tokens":1,"cost":-3})",
                            R"({"prompt_tokens":9223372036854775808,"completion_tokens":1})",
                            R"({"prompt_tokens":1,"cost":1e300,"completion_tokens":"x"})"}) {
    FaultUpstream upstream(FaultUpstream::answering(json_answer(chat_answer(usage))));
    Gateway gateway(upstream);
    EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
    const auto row = only_row(gateway);
    EXPECT_EQ(row.flags, flag_last | flag_counted | flag_estimated) << usage;
    EXPECT_EQ(row.billed, std::nullopt) << usage;
    EXPECT_GT(row.computed.value_or(-1), 0) << usage;
  }
}

TEST(Settling, an_unknown_price_is_unknown_and_not_zero) {
  FaultUpstream upstream(FaultUpstream::answering(
      json_answer(R"({"id":"x","model":"nobody/knows","choices":[],)"
                  R"("usage":{"prompt_tokens":10,"completion_tokens":1}})")));
  Gateway gateway(upstream);
  EXPECT_EQ(gateway.post(chat_path, R"({"model":"nobody/knows","messages":[]})").status, 200);
  const auto row = only_row(gateway);
  EXPECT_EQ(row.computed, std::nullopt);
  EXPECT_EQ(row.input, 10);
  EXPECT_EQ(ledger_number(gateway.data(), "SELECT sum(unknown) FROM usage_days"), 1);
}

// M05: whether leaving stops the bill is up to who serves.
void expect_cancelled(std::string_view served_by, bool known) {
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(event("one", served_by) + event("two", served_by) +
                                       event("three", served_by)));
    connection.stall_until_hangup();
  });
  Gateway gateway(upstream);
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", chat_path, stream_body));
  auto begun = client.begin_answer();
  EXPECT_TRUE(client.read_until(begun, "three"));
  client.close();
  EXPECT_TRUE(upstream.wait_for_hangup());
  const auto row = only_row(gateway);
  EXPECT_EQ(row.outcome, "cancelled");
  EXPECT_TRUE(row.flags & flag_cancelled);
  EXPECT_TRUE(row.flags & flag_estimated);
  EXPECT_GT(row.output, 0);
  EXPECT_EQ(row.computed.has_value(), known) << served_by;
}

TEST(Settling, M05_a_client_that_leaves_is_charged_by_the_vendors_rule) {
  expect_cancelled("OpenAI", true);
  expect_cancelled("Groq", false);
}

TEST(Settling, U08_what_was_produced_before_a_reset_is_charged) {
  FaultUpstream upstream([](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(sse_head() + chunk(event("one") + event("two")));
    connection.reset();
  });
  Gateway gateway(upstream);
  EXPECT_EQ(gateway.post(chat_path, stream_body).status, 200);
  const auto row = only_row(gateway);
  EXPECT_TRUE(row.flags & flag_estimated);
  EXPECT_TRUE(row.flags & flag_failed);
  EXPECT_GT(row.computed.value_or(0), 0);
}

class SettlingStreams : public InEachDialect {};
INSTANTIATE_TEST_SUITE_P(Settling, SettlingStreams, testing::ValuesIn(all_dialects()),
                         dialect_name);

TEST_P(SettlingStreams, each_dialect_whole_and_streamed_is_counted) {
  for (const bool stream : {false, true}) {
    FaultUpstream upstream(FaultUpstream::answering(stream ? sse_answer(dialect().whole_stream())
                                                           : json_answer(dialect().json)));
    Gateway gateway(upstream);
    EXPECT_EQ(gateway.post(dialect().path(), dialect().body(stream)).status, 200);
    const auto access = gateway.record();
    const auto row = only_row(gateway);
    EXPECT_EQ(row.outcome, "ok");
    EXPECT_EQ(static_cast<double>(row.input), access.number("prompt_tokens"));
    EXPECT_EQ(static_cast<double>(row.output), access.number("completion_tokens"));
    EXPECT_FALSE(row.flags & flag_estimated);
  }
}

// What `tollway ledger export` tells of the gateway's attempts.
std::string exported(Gateway& gateway) {
  gateway.stop();
  const auto told = run_tollway({"ledger", "export", "--data", gateway.data().string()});
  EXPECT_EQ(told.exit_code, 0) << told.err;
  return told.out;
}

TEST(Settling, a_row_says_by_whose_prices_it_was_computed) {
  const FaultUpstream upstream(FaultUpstream::answering(
      json_answer(chat_answer(R"({"prompt_tokens":1000,"completion_tokens":100,"cost":0.0035})"))));
  Gateway gateway(upstream);
  EXPECT_EQ(gateway.post(chat_path, chat_body).status, 200);
  EXPECT_THAT(exported(gateway), HasSubstr(R"("price_source":"built_in","price_date":"2026-)"));
  Gateway own({});
  const auto asked = own.post(chat_path, R"({"model":"tollway/metered-echo",)"
                                         R"("messages":[{"role":"user","content":"one"}]})");
  EXPECT_EQ(asked.status, 200) << asked.body;
  EXPECT_THAT(exported(own), HasSubstr(R"("price_source":"local","price_date":null)"));
}

TEST(Settling, a_row_without_a_cost_of_ours_names_no_prices) {
  const FaultUpstream upstream(FaultUpstream::answering(
      json_answer(R"({"id":"c","model":"openai/no-such-model","choices":[],)"
                  R"("usage":{"prompt_tokens":10,"completion_tokens":1}})")));
  Gateway gateway(upstream);
  EXPECT_EQ(gateway.post(chat_path, R"({"model":"openai/no-such-model"})").status, 200);
  EXPECT_THAT(exported(gateway), HasSubstr(R"("price_source":null,"price_date":null)"));
}

TEST(Settling, the_demonstration_and_our_price_agree) {
  Gateway gateway({});
  EXPECT_EQ(gateway
                .post(chat_path, R"({"model":"tollway/metered-echo",)"
                                 R"("messages":[{"role":"user","content":"one two three"}]})")
                .status,
            200);
  const auto row = only_row(gateway);
  EXPECT_GT(row.billed.value_or(0), 0);
  EXPECT_EQ(row.billed, row.computed);
}

}  // namespace
}  // namespace tollway::test
