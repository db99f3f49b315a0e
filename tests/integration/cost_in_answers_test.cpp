// What an answer cost stands in its usage, whoever served it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <iterator>

#include "support/gateway_process.hpp"
#include "support/ledger_rows.hpp"

namespace tollway::test {
namespace {

// 1000 x $2.50 + 100 x $10 a million.
constexpr std::string_view chat_cost =
    R"(,"cost":0.0035,"is_byok":false,"cost_details":{"upstream_inference_cost":null,)"
    R"("upstream_inference_prompt_cost":0.0025,"upstream_inference_completions_cost":0.001})";
constexpr std::string_view responses_cost =
    R"(,"cost":0.0035,"is_byok":false,"cost_details":{"upstream_inference_cost":null,)"
    R"("upstream_inference_input_cost":0.0025,"upstream_inference_output_cost":0.001})";
constexpr std::string_view chat_usage =
    R"({"prompt_tokens":1000, "completion_tokens":100, "total_tokens":1100 )";
constexpr std::string_view responses_usage =
    R"({"input_tokens":1000,"output_tokens":100,"total_tokens":1100)";

GatewayOptions before(std::string_view vendor, const FaultUpstream& upstream) {
  const std::string upper = vendor == "openai" ? "OPENAI" : "ANTHROPIC";
  return {.environment = {{"TOLLWAY_LLM_PROVIDER", std::string(vendor)},
                          {upper + "_API_KEY", "sk-own-canary-4410cd9e"},
                          {"TOLLWAY_LLM_" + upper + "_URL", upstream.url()}}};
}

struct Case {
  std::string_view path;
  std::string_view vendor = "openai";
  bool stream = false;
  std::string_view model = "gpt-4o";
  // What the vendor sends, cut where the cost has to go.
  std::string first;
  std::string second;
  std::string_view cost;
};

constexpr std::string_view claude_cost =  // 1000 x $3 + 100 x $15 a million
    R"(,"cost":0.0045,"is_byok":false,"cost_details":{"upstream_inference_cost":null,)"
    R"("upstream_inference_prompt_cost":0.003,"upstream_inference_completions_cost":0.0015})";

std::string response_begun() {
  return R"({"id":"r-1","object":"response","model":"gpt-4o","output":[],)"
         R"("status":"completed","usage":)";
}

std::vector<Case> whole_answers() {
  const std::string chat = R"({"id":"c-1","object":"chat.completion","model":"gpt-4o-2024-08-06",)"
                           R"( "choices":[{"index":0,"message":{"role":"assistant","content":)"
                           R"("say \"usage\":{} twice"},"finish_reason":"stop"}],"usage":)";
  const std::string message =
      R"({"id":"m-1","type":"message","model":"claude-sonnet-4-5","content":[{"type":"tool_use",)"
      R"("id":"t","name":"n","input":{"usage":{"input_tokens":3}}}],"stop_reason":"tool_use",)"
      R"("usage":)";

  return {
      {.path = "chat/completions",
       .first = chat + std::string(chat_usage),
       .second = R"(}, "service_tier":"default"})",
       .cost = chat_cost},
      {.path = "completions",
       .first = R"({"id":"c-1","model":"gpt-4o","choices":[{"text":"Hi","index":0}],"usage":)" +
                std::string(chat_usage),
       .second = "}}",
       .cost = chat_cost},
      {.path = "embeddings",
       .model = "text-embedding-3-small",
       .first = R"({"object":"list","model":"text-embedding-3-small","data":[],"usage":)"
                R"({"prompt_tokens":50,"total_tokens":50)",
       .second = "}}",
       .cost = R"(,"cost":0.000001,"is_byok":false,"cost_details":{"upstream_inference_cost":null,)"
               R"("upstream_inference_prompt_cost":0.000001,)"
               R"("upstream_inference_completions_cost":0})"},
      {.path = "responses",
       .first = response_begun() + std::string(responses_usage),
       .second = "}}",
       .cost = responses_cost},
      {.path = "messages",
       .vendor = "anthropic",
       .model = "claude-sonnet-4-5",
       .first = message + R"({"input_tokens":1000,"output_tokens":100)",
       .second = "}}",
       .cost = claude_cost},
  };
}

std::vector<Case> streams() {
  const std::string chunk =
      R"(data: {"id":"c-1","model":"gpt-4o","choices":[{"index":0,"delta":{"content":"Hi"},)"
      R"("finish_reason":null}],"usage":null})"
      "\n\n"
      R"(data: {"id":"c-1","model":"gpt-4o","choices":[{"index":0,"delta":{},)"
      R"("finish_reason":"stop"}],"usage":null})"
      "\n\ndata: ";
  return {
      {.path = "chat/completions",
       .stream = true,
       .first = chunk + R"({"id":"c-1","model":"gpt-4o","choices":[],"usage":)" +
                std::string(chat_usage),
       .second = "}}\n\ndata: [DONE]\n\n",
       .cost = chat_cost},
      {.path = "completions",
       .stream = true,
       .first = R"(data: {"id":"c-1","model":"gpt-4o","choices":[{"index":0,"text":"Hi",)"
                R"("finish_reason":null}],"usage":null})"
                "\n\n"
                R"(data: {"id":"c-1","model":"gpt-4o","choices":[{"index":0,"text":"",)"
                R"("finish_reason":"stop"}],"usage":null})"
                "\n\ndata: "
                R"({"id":"c-1","model":"gpt-4o","choices":[],"usage":)" +
                std::string(chat_usage),
       .second = "}}\n\ndata: [DONE]\n\n",
       .cost = chat_cost},
      {.path = "responses",
       .stream = true,
       .first = R"(data: {"type":"response.created","sequence_number":0,"response":{"id":"r-1"}})"
                "\n\n"
                R"(data: {"type":"response.completed","sequence_number":1,"response":)" +
                response_begun() + std::string(responses_usage),
       .second = "}}}\n\n",
       .cost = responses_cost},
      {.path = "messages",
       .vendor = "anthropic",
       .stream = true,
       .model = "claude-sonnet-4-5",
       .first = R"(event: message_start
data: {"type":"message_start","message":{"id":"m-1","model":"claude-sonnet-4-5","usage":)"
                R"({"input_tokens":1000,"output_tokens":1}}})"
                "\n\nevent: message_delta\n"
                R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":)"
                R"({"output_tokens":100)",
       .second = "}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
       .cost = claude_cost},
  };
}

std::vector<Case> cases() {
  auto all = whole_answers();
  std::ranges::move(streams(), std::back_inserter(all));
  return all;
}

class CostInAnswers : public testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] static std::string target() { return fmt::format("/v1/{}", GetParam().path); }
  [[nodiscard]] static std::string body() {
    return fmt::format(R"({{"model":"{}","stream":{}}})", GetParam().model, GetParam().stream);
  }
};
INSTANTIATE_TEST_SUITE_P(Cost, CostInAnswers, testing::ValuesIn(cases()), [](const auto& info) {
  std::string name(info.param.path);
  std::ranges::replace(name, '/', '_');
  return name + (info.param.stream ? "_streamed" : "_whole");
});

TEST_P(CostInAnswers, stands_in_usage_and_every_other_byte_is_the_vendors) {
  const auto& it = GetParam();
  const FaultUpstream upstream(FaultUpstream::answering(
      it.stream ? sse_answer(it.first + it.second) : json_answer(it.first + it.second)));
  Gateway gateway(before(it.vendor, upstream));
  const auto answer = gateway.post(target(), body());
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body, it.first + std::string(it.cost) + it.second);
  if (!it.stream) {
    EXPECT_EQ(answer.headers.find("content-length"), std::to_string(answer.body.size()));
  }
  const auto record = gateway.record();
  EXPECT_EQ(record.number("bytes_out"), static_cast<double>(answer.body.size()));
  gateway.stop();
  const auto rows = ledger_rows(gateway.data());
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].billed, std::nullopt) << "it is ours, not the provider's word";
  const auto stated = parse_json("{" + std::string(it.cost.substr(1)) + "}");
  EXPECT_EQ(rows[0].computed, std::llround(at(stated, "/cost").to_number<double>() * 1e9));
}

TEST_P(CostInAnswers, U17_however_the_answer_is_cut_into_pieces) {
  const auto& it = GetParam();
  const FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send_split(
        it.stream ? sse_answer(it.first + it.second) : json_answer(it.first + it.second), 7);
  });
  Gateway gateway(before(it.vendor, upstream));
  EXPECT_EQ(gateway.post(target(), body()).body, it.first + std::string(it.cost) + it.second);
}

std::string answered(std::string_view usage, std::string_view model = "gpt-4o") {
  return fmt::format(R"({{"id":"c-1","model":"{}","choices":[],"usage":{}}})", model, usage);
}

std::string through_openai(const std::string& sent, std::string_view model = "gpt-4o") {
  const FaultUpstream upstream(FaultUpstream::answering(json_answer(sent)));
  const Gateway gateway(before("openai", upstream));
  return gateway.post("/v1/chat/completions", fmt::format(R"({{"model":"{}"}})", model)).body;
}

TEST(CostInAnswer, what_is_unknown_is_not_stated) {
  for (const auto& sent :
       {answered(R"({"prompt_tokens":1000,"completion_tokens":100})", "gpt-nobody-prices"),
        answered(R"({"prompt_tokens":-1,"completion_tokens":100})"), answered("{}"),
        answered("null"), std::string(R"({"id":"c-1","model":"gpt-4o","choices":[]})")}) {
    EXPECT_EQ(through_openai(sent, "gpt-nobody-prices"), sent);
  }
}

TEST(CostInAnswer, what_the_provider_states_stays) {
  for (const auto* cost : {"0.25", "0", "null", R"({"total_cost":1})", R"("much")"}) {
    const auto sent = answered(
        fmt::format(R"({{"prompt_tokens":1000,"completion_tokens":100,"cost":{}}})", cost));
    EXPECT_EQ(through_openai(sent), sent);
  }
  const auto parts = R"({"prompt_tokens":1000,"completion_tokens":100,"cost_details":7,)"
                     R"("is_byok":true)";
  EXPECT_EQ(through_openai(answered(std::string(parts) + "}")),
            answered(std::string(parts) + R"(,"cost":0.0035})"));
}

TEST(CostInAnswer, openrouters_answers_are_its_own) {
  const auto sent = answered(R"({"prompt_tokens":1000,"completion_tokens":100})", "openai/gpt-4o");
  const FaultUpstream upstream(FaultUpstream::answering(json_answer(sent)));
  const Gateway gateway(upstream);
  const auto answer = gateway.post("/api/v1/chat/completions", R"({"model":"openai/gpt-4o"})");
  EXPECT_EQ(answer.body, sent);
}

// Half of the list price, and another after a reload.
TEST(CostInAnswer, a_price_of_ones_own_counts) {
  const TemporaryDirectory files;
  const auto config = files.path() / "tollway.toml";
  const auto write_config = [&](std::string_view input) {
    replace_file(config, fmt::format("[[pricing.overrides]]\nprovider = \"openai\"\n"
                                     "model = \"gpt-4o\"\ninput = {}\noutput = \"5\"\n",
                                     input));
  };
  write_config("\"1.25\"");
  const FaultUpstream upstream(FaultUpstream::answering(
      json_answer(answered(R"({"prompt_tokens":1000,"completion_tokens":100})"))));
  auto options = before("openai", upstream);
  options.flags = {"--config", config.string()};
  Gateway gateway(options);
  const auto cost = [&] {
    const auto answer = gateway.post("/v1/chat/completions", R"({"model":"gpt-4o"})");
    return at(answer.body_json(), "/usage/cost").to_number<double>();
  };
  EXPECT_DOUBLE_EQ(cost(), 0.00175);
  write_config("1");
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(wait_until([&] { return cost() == 0.0015; }));
  write_config("\"cheap\"");
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(wait_until(
      [&] { return gateway.standard_error().find("pricing.overrides") != std::string::npos; }));
  EXPECT_DOUBLE_EQ(cost(), 0.0015);
  gateway.stop();
  const auto rows = ledger_rows(gateway.data());
  EXPECT_TRUE(std::ranges::any_of(rows, [](const auto& row) { return row.computed == 1'750'000; }));
}

// The price rises while the vendor thinks.
TEST(CostInAnswer, M11_the_price_at_admission_holds) {
  const TemporaryDirectory files;
  const auto config = files.path() / "tollway.toml";
  const auto write_config = [&](std::string_view input) {
    replace_file(config, fmt::format("[[pricing.overrides]]\nprovider = \"openai\"\n"
                                     "model = \"gpt-4o\"\ninput = {}\noutput = \"5\"\n",
                                     input));
  };
  write_config("1");
  Signal risen;
  FaultUpstream upstream([&](UpstreamConnection& connection) {
    while (const auto request = connection.read_request()) {
      if (request->body.contains("slow")) connection.wait_for(risen);
      connection.send(json_answer(answered(R"({"prompt_tokens":1000,"completion_tokens":100})")));
    }
  });
  auto options = before("openai", upstream);
  options.flags = {"--config", config.string()};
  options.environment["TOLLWAY_THREADS"] = "1";
  Gateway gateway(options);
  const auto ask = [](std::string_view how) {
    return fmt::format(R"({{"model":"gpt-4o","user":"{}"}})", how);
  };
  const auto cost_in = [](const Answer& answer) {
    return at(answer.body_json(), "/usage/cost").to_number<double>();
  };
  RawClient slow(gateway.port());
  ASSERT_TRUE(slow.send(gateway.request_bytes("POST", "/v1/chat/completions", ask("slow"))));
  EXPECT_TRUE(upstream.wait_for_requests(1));
  write_config("2");
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(wait_until(
      [&] { return cost_in(gateway.post("/v1/chat/completions", ask("quick"))) == 0.0025; }));
  risen.set();
  EXPECT_DOUBLE_EQ(cost_in(slow.read_answer()), 0.0015);
  gateway.stop();
  const auto rows = ledger_rows(gateway.data());
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.back().computed, 1'500'000) << "settled last, at the price it began at";
}

TEST(CostInAnswer, a_server_of_ones_own_is_free) {
  const FaultUpstream upstream(FaultUpstream::answering(
      json_answer(answered(R"({"prompt_tokens":1000,"completion_tokens":100})", "qwen3"))));
  const Gateway gateway({.environment = {{"TOLLWAY_LLM_PROVIDER", "vllm"},
                                         {"TOLLWAY_LLM_VLLM_URL", upstream.url_for("127.0.0.1")}}});
  const auto answer = gateway.post("/v1/chat/completions", R"({"model":"qwen3"})");
  EXPECT_EQ(at(answer.body_json(), "/usage/cost").to_number<double>(), 0);
}

// U21: figures that no answer has are no money, neither for us nor against us.
TEST(CostInAnswer, U21_absurd_usage_is_estimated_and_marked) {
  for (const auto* usage : {R"({"prompt_tokens":-1000,"completion_tokens":5})",
                            R"({"prompt_tokens":18446744073709551615,"completion_tokens":5})",
                            R"({"prompt_tokens":1e300,"completion_tokens":5})",
                            R"({"prompt_tokens":10,"completion_tokens":5,)"
                            R"("prompt_tokens_details":{"cached_tokens":9999999999999999}})"}) {
    const auto sent = answered(usage);
    const FaultUpstream upstream(FaultUpstream::answering(json_answer(sent)));
    Gateway gateway(before("openai", upstream));
    EXPECT_EQ(gateway.post("/v1/chat/completions", R"({"model":"gpt-4o"})").body, sent);
    gateway.stop();
    const auto rows = ledger_rows(gateway.data());
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_TRUE(rows[0].flags & flag_estimated) << usage;
    EXPECT_GE(rows[0].computed.value_or(-1), 0) << usage;
    EXPECT_LT(rows[0].computed.value_or(-1), 1'000'000) << usage;
  }
  const auto zero = answered(R"({"prompt_tokens":0,"completion_tokens":0})");
  EXPECT_NE(through_openai(zero).find("\"cost\":0,"), std::string::npos)
      << "an explicit zero stays zero";
}

// Too large to be held, its end still states the cost.
TEST(CostInAnswer, of_a_large_answer) {
  const auto sent = [](std::string_view cost) {
    return fmt::format(R"({{"object":"list","data":[{{"embedding":"{}"}}],)"
                       R"("model":"text-embedding-3-small","usage":{{"prompt_tokens":50,)"
                       R"("total_tokens":50{}}},"id":"e"}})",
                       std::string(5 << 20, 'x'), cost);
  };
  const FaultUpstream upstream(FaultUpstream::answering(json_answer(sent(""))));
  Gateway gateway(before("openai", upstream));
  const auto answer =
      gateway.post("/v1/embeddings", R"({"model":"text-embedding-3-small","input":"x"})");
  EXPECT_TRUE(answer.complete);
  EXPECT_TRUE(answer.body ==
              sent(R"(,"cost":0.000001,"is_byok":false,"cost_details":{"upstream_inference_cost":)"
                   R"(null,"upstream_inference_prompt_cost":0.000001,)"
                   R"("upstream_inference_completions_cost":0})"))
      << answer.body.substr(answer.body.size() - 400);
  EXPECT_LT(gateway.memory_growth_kb(), 6 * 1024);
}

// Nothing is to be padded any more, so nothing wakes the relay until there is more.
TEST(CostInAnswer, a_large_answer_that_halts_is_waited_for_in_peace) {
  Signal go_on;
  const auto whole = json_answer(
      answered(fmt::format(R"({{"pad":"{}","prompt_tokens":1,"completion_tokens":1,"cost":1}})",
                           std::string(2 << 20, 'x'))));
  const FaultUpstream upstream([&](UpstreamConnection& connection) {
    connection.read_request();
    connection.send(whole.substr(0, whole.size() - 9));
    connection.wait_for(go_on);
    connection.send(whole.substr(whole.size() - 9));
  });
  auto options = before("openai", upstream);
  options.environment["TOLLWAY_STREAM_SILENCE"] = "0.05";
  Gateway gateway(options);
  RawClient client(gateway.port());
  client.send(gateway.request_bytes("POST", "/v1/chat/completions", R"({"model":"gpt-4o"})"));
  auto answer = client.begin_answer();
  EXPECT_TRUE(client.read_until(answer, std::string(1 << 20, 'x')));
  const auto before_halt = gateway.process().cpu_time();
  EXPECT_FALSE(client.read_until(answer, "\"cost\":1}}", 600ms));
  EXPECT_LT(gateway.process().cpu_time() - before_halt, 300ms);
  go_on.set();
  EXPECT_TRUE(client.read_until(answer, "\"cost\":1}}"));
}

}  // namespace
}  // namespace tollway::test
