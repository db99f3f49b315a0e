// `tollway explain` and the gateway say the same of a request.
#include <gmock/gmock.h>

#include <algorithm>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto chat = R"("messages":[{"role":"user","content":"Hello"}])";

ListedProvider provider_of(std::string key, const FaultUpstream& upstream, std::string model,
                           std::string price) {
  auto provider = own_provider(std::move(key), upstream.url());
  provider.model = std::move(model);
  provider.prompt_price = provider.completion_price = std::move(price);
  return provider;
}

// What another moment and another draw would change is left out.
json::value decided(json::value explained) {
  auto& document = explained.as_object();
  document.erase("model");
  document.erase("route");
  auto& rows = document.at("candidates").as_array();
  const bool drawn =
      std::ranges::any_of(rows, [](const auto& row) { return row.as_object().contains("drawn"); });
  for (auto& value : rows) {
    auto& row = value.as_object();
    for (const auto* measured : {"latency_last_5m", "throughput_last_5m", "load"}) {
      row.erase(measured);
    }
    if (!drawn || row.contains("dropped")) continue;
    for (const auto* by_chance : {"place", "score", "drawn"}) row.erase(by_chance);
  }
  if (drawn) {
    std::ranges::sort(rows, {}, [](const auto& row) { return json::serialize(row); });
  }
  return explained;
}

class ExplainedAlike : public testing::Test {
 protected:
  Answer ask_gateway(std::string_view body) {
    RawClient client(gateway_.port());
    client.send(gateway_.request_bytes("POST", "/api/v1/chat/completions", body,
                                       {{"X-Tollway-Explain", "true"}}));
    return client.read_answer();
  }
  Finished ask_command(std::string_view body) {
    files_.write("body.json", body);
    auto environment = providers_.options().environment;
    environment["TOLLWAY_DATA"] = gateway_.data().string();
    return run_tollway({"explain", "--json", "--body", (files_.path() / "body.json").string()},
                       environment);
  }
  FaultUpstream upstream_{FaultUpstream::answering(json_answer(chat_dialect().json))};
  SeveralProviders providers_{{provider_of("first", upstream_, "test/model", "0.001"),
                               provider_of("second", upstream_, "test/model", "0.000001"),
                               provider_of("third", upstream_, "test/other", "0.00001")}};
  Gateway gateway_{providers_.options()};
  TemporaryDirectory files_;
};

TEST_F(ExplainedAlike, of_requests_that_are_served) {
  for (
      const auto* members : {
          // First: by what was measured the gateway decides alone.
          R"("model":"openrouter/auto")",
          R"("model":"test/model")",
          R"("max_tokens":7)",
          R"("model":"test/model","provider":{"sort":"price"})",
          R"("model":"test/model:floor","max_tokens":100)",
          R"("model":"test/model:exacto","tools":[])",
          R"("model":"test/model","provider":{"order":["second","first"]})",
          R"("model":"test/model","provider":{"ignore":["second"]})",
          R"("model":"test/model","provider":{"max_price":{"prompt":2}})",
          R"("model":"test/model","models":["test/other"],"provider":{"sort":"price"})",
          R"("models":["test/other","test/model"],"provider":{"sort":{"by":"price","partition":"none"}})",
          R"("model":"nobody/lists-it")",
          R"("model":"openrouter/auto","provider":{"sort":"price"},"tools":[])",
          R"("model":"openrouter/auto","models":["test/other"],"plugins":[{"id":"auto-router","excluded_models":["*"]}])",
      }) {
    SCOPED_TRACE(members);
    const std::string body = fmt::format("{{{},{}}}", members, chat);
    const auto from_gateway = ask_gateway(body);
    EXPECT_EQ(from_gateway.status, 200) << from_gateway.body;
    const auto from_command = ask_command(body);
    EXPECT_EQ(from_command.exit_code, 0) << from_command.err << from_command.out;
    const auto told = from_gateway.headers.find("x-tollway-explain");
    ASSERT_TRUE(told);
    EXPECT_EQ(decided(parse_json(from_command.out)), decided(parse_json(*told)));
  }
}

TEST_F(ExplainedAlike, of_requests_that_nobody_may_serve) {
  for (const auto* members : {R"("model":"test/model","provider":{"only":["nobody"]})",
                              R"("model":"test/model","max_tokens":50000)"}) {
    SCOPED_TRACE(members);
    const std::string body = fmt::format("{{{},{}}}", members, chat);
    const auto from_gateway = ask_gateway(body);
    EXPECT_EQ(from_gateway.status, 404) << from_gateway.body;
    const auto from_command = ask_command(body);
    EXPECT_EQ(from_command.exit_code, 1);
    EXPECT_EQ(decided(parse_json(from_command.out)),
              decided(parse_json(from_gateway.headers.find("x-tollway-explain").value_or("null"))));
  }
}

TEST_F(ExplainedAlike, of_requests_that_cannot_be_decided) {
  for (const auto* members :
       {R"("model":"test/model","provider":{"sort":"beauty"})",
        R"("model":"openrouter/auto","plugins":[{"id":"auto-router","excluded_models":["*"]}])"}) {
    SCOPED_TRACE(members);
    const std::string body = fmt::format("{{{},{}}}", members, chat);
    const auto from_gateway = ask_gateway(body);
    EXPECT_FALSE(from_gateway.headers.has("x-tollway-explain"));
    const auto from_command = ask_command(body);
    EXPECT_EQ(from_command.exit_code, 1);
    EXPECT_EQ(at(parse_json(from_command.out), "/error/message"),
              at(from_gateway.body_json(), "/error/message"));
  }
}

}  // namespace
}  // namespace tollway::test
