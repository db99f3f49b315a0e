// How endpoints call tools is measured, told, and decides who is asked first with tools.
#include <gmock/gmock.h>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

struct Offer {
  std::string route;
  std::string tools;
};
// As each dialect offers a tool called "weather".
std::vector<Offer> offers() {
  return {{"chat/completions", R"([{"type":"function","function":{"name":"weather"}}])"},
          {"responses", R"([{"type":"function","name":"weather"}])"},
          {"messages", R"([{"name":"weather","input_schema":{"type":"object"}}])"}};
}

// An answer in the dialect of `route` that calls `name`.
std::string call_of(std::string_view route, bool stream, std::string_view name) {
  if (route == "chat/completions") {
    const auto call = fmt::format(
        R"([{{"index":0,"id":"c1","type":"function","function":{{"name":"{}","arguments":"{{}}"}}}}])",
        name);
    return stream
               ? sse_answer(fmt::format(
                     R"(data: {{"id":"gen-1","choices":[{{"index":0,"delta":{{"tool_calls":{}}}}}]}})"
                     "\n\n"
                     R"(data: {{"choices":[{{"index":0,"delta":{{}},"finish_reason":"tool_calls"}}]}})"
                     "\n\ndata: [DONE]\n\n",
                     call))
               : json_answer(fmt::format(
                     R"({{"id":"gen-1","choices":[{{"index":0,"message":{{"tool_calls":{}}}}}],)"
                     R"("usage":{{"prompt_tokens":5,"completion_tokens":50}}}})",
                     call));
  }
  if (route == "responses") {
    const auto item =
        fmt::format(R"({{"type":"function_call","name":"{}","arguments":"{{}}"}})", name);
    return stream
               ? sse_answer(fmt::format(
                     R"(data: {{"type":"response.function_call_arguments.delta","delta":"{{}}"}})"
                     "\n\n"
                     R"(data: {{"type":"response.output_item.done","item":{}}})"
                     "\n\n"
                     R"(data: {{"type":"response.completed","response":{{"id":"r1"}}}})"
                     "\n\n",
                     item))
               : json_answer(
                     fmt::format(R"({{"id":"r1","status":"completed","output":[{}]}})", item));
  }
  const auto block =
      fmt::format(R"({{"type":"tool_use","id":"t1","name":"{}","input":{{}}}})", name);
  return stream
             ? sse_answer(fmt::format(
                   "event: content_block_start\n"
                   R"(data: {{"type":"content_block_start","index":0,"content_block":{}}})"
                   "\n\nevent: content_block_delta\n"
                   R"(data: {{"type":"content_block_delta","index":0,"delta":{{"partial_json":"{{}}"}}}})"
                   "\n\nevent: message_stop\ndata: {{\"type\":\"message_stop\"}}\n\n",
                   block))
             : json_answer(fmt::format(R"({{"type":"message","content":[{}]}})", block));
}

// Calls the tool that the request's model is named for.
FaultUpstream::Script calling() {
  return FaultUpstream::answering([](const Request& request) {
    const auto body = request.body_json();
    const bool stream = request.body.contains(R"("stream":true)");
    const std::string_view path = request.target;
    const auto route = path.ends_with("messages")    ? "messages"
                       : path.ends_with("responses") ? "responses"
                                                     : "chat/completions";
    return call_of(route, stream, body.at("model").as_string());
  });
}

std::pair<std::int64_t, std::int64_t> tool_answers(const Gateway& gateway) {
  std::pair<std::int64_t, std::int64_t> sum;
  for (const auto& row :
       at(gateway.get("/api/v1/providers/health").body_json(), "/data").as_array()) {
    sum.first += at(row, "/tool_answers_last_2h/good").as_int64();
    sum.second += at(row, "/tool_answers_last_2h/bad").as_int64();
  }
  return sum;
}

TEST(ToolQuality, is_measured_whole_and_streamed_in_each_dialect) {
  FaultUpstream upstream(calling());
  Gateway gateway(upstream);
  std::int64_t asked = 0;
  for (const auto& offer : offers()) {
    for (const auto* stream : {"false", "true"}) {
      SCOPED_TRACE(offer.route + " stream " + stream);
      ++asked;
      for (const auto* model : {"weather", "nobody"}) {
        const auto got = gateway.post(
            "/api/v1/" + offer.route,
            fmt::format(R"({{"model":"{}","stream":{},"tools":{},"messages":[],"input":"Hi"}})",
                        model, stream, offer.tools));
        EXPECT_EQ(got.status, 200) << got.body;
      }
      // What an answer was is noted once the client has it.
      EXPECT_TRUE(wait_until([&] { return tool_answers(gateway) == std::pair(asked, asked); }));
    }
  }
  const auto plain =
      gateway.post("/api/v1/chat/completions", R"({"model":"nobody","messages":[]})");
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(tool_answers(gateway), std::pair(asked, asked)) << "no tools were offered";
  const auto shown = run_tollway(
      {"providers", "--health", "--gateway", fmt::format("http://127.0.0.1:{}", gateway.port())},
      {{"TOLLWAY_GATEWAY_KEY", gateway.key()}, {"COLUMNS", "200"}});
  EXPECT_THAT(shown.out, HasSubstr("6 of 12"));
}

TEST(ToolQuality, puts_who_calls_badly_last) {
  FaultUpstream good(FaultUpstream::answering(call_of("chat/completions", false, "weather")));
  FaultUpstream bad(FaultUpstream::answering(call_of("chat/completions", false, "x")));
  std::vector<ListedProvider> listed;
  for (const auto* name : {"one", "two", "three"}) listed.push_back(own_provider(name, good.url()));
  listed.push_back(own_provider("bad", bad.url()));
  const SeveralProviders providers(listed);
  Gateway gateway(providers.options());
  const auto body = [](std::string_view members) {
    return fmt::format(R"({{"model":"test/model","tools":{},"messages":[]{}}})",
                       offers().front().tools, members);
  };
  RawClient client(gateway.port());
  constexpr int judged_from = 200;
  for (const auto& provider : listed) {
    const auto bytes =
        gateway.request_bytes("POST", "/api/v1/chat/completions",
                              body(fmt::format(R"(,"provider":{{"only":["{}"]}})", provider.key)));
    for (int i = 0; i < judged_from; ++i) {
      client.send(bytes);
      ASSERT_EQ(client.read_answer().status, 200);
    }
  }
  // Figures are a second old at most.
  json::value explained;
  json::value row;
  const bool judged = wait_until([&] {
    client.send(gateway.request_bytes("POST", "/api/v1/chat/completions", body(""),
                                      {{"X-Tollway-Explain", "true"}}));
    explained = parse_json(client.read_answer().headers.find("x-tollway-explain").value_or("null"));
    for (const auto& candidate : at(explained, "/candidates").as_array()) {
      if (at(candidate, "/provider") == json::value("bad")) row = candidate;
    }
    return json::serialize(row).contains("poor_with_tools");
  });
  EXPECT_TRUE(judged) << explained;
  EXPECT_EQ(at(row, "/tool_success_last_2h"), json::value(0));
  EXPECT_NE(at(explained, "/candidates/0/provider"), json::value("bad"));
  EXPECT_EQ(at(explained, "/candidates/0/tool_success_last_2h"), json::value(100));
}

}  // namespace
}  // namespace tollway::test
