// By what candidates are ordered: the header of a request, else its key, else the setting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

constexpr auto path = "/api/v1/chat/completions";

class Strategies : public testing::Test {
 protected:
  static Answer ask(const Gateway& gateway, std::string_view name) {
    RawClient client(gateway.port());
    const auto body = chat_dialect().body(false);
    client.send(
        name.empty()
            ? gateway.request_bytes("POST", path, body, {{"X-Tollway-Explain", "true"}})
            : gateway.request_bytes("POST", path, body,
                                    {{"X-Tollway-Explain", "true"}, {"X-Tollway-Strategy", name}}));
    return client.read_answer();
  }
  // What a request is decided by whose header asks for `name`; empty: without the header.
  static std::string strategy(const Gateway& gateway, std::string_view name = {}) {
    const auto answer = ask(gateway, name);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto told = parse_json(answer.headers.find("x-tollway-explain").value_or("null"));
    return std::string(at(told, "/strategy").as_string());
  }
  GatewayOptions options(std::map<std::string, std::string> more) const {
    return providers_.options(std::move(more));
  }
  // Of the gateway's only key.
  static void give_key_a_strategy(const GatewayOptions& options, std::string_view name) {
    const auto file = options.data / "gateway_keys.json";
    auto document = parse_json(read_file(file));
    document.as_object().at("keys").as_array().at(0).as_object()["strategy"] = json::string(name);
    std::ofstream(file) << json::serialize(document);
  }
  FaultUpstream first_{FaultUpstream::answering(json_answer(chat_dialect().json))};
  FaultUpstream second_{FaultUpstream::answering(json_answer(chat_dialect().json))};
  SeveralProviders providers_{
      {own_provider("first", first_.url()), own_provider("second", second_.url())}};
};

TEST_F(Strategies, the_settings_one_counts_then_the_keys_then_the_requests) {
  const auto chosen = options({{"TOLLWAY_ROUTING_STRATEGY", "ordered"}});
  {
    Gateway gateway(chosen);
    EXPECT_EQ(strategy(gateway), "ordered");
    EXPECT_EQ(strategy(gateway, "round_robin"), "round_robin");
  }
  give_key_a_strategy(chosen, "lowest_price");
  Gateway gateway(chosen);
  EXPECT_EQ(strategy(gateway), "lowest_price");
  EXPECT_EQ(strategy(gateway, "least_busy"), "least_busy");
  EXPECT_FALSE(first_.request().headers.has("x-tollway-strategy"));
}

TEST_F(Strategies, a_name_that_nobody_has_is_refused_with_those_there_are) {
  Gateway gateway(options({}));
  const auto answer = ask(gateway, "cheapest");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("expected one of balanced, cache_aware"));
  EXPECT_THAT(answer.body, HasSubstr("weighted"));
  EXPECT_EQ(first_.connection_count() + second_.connection_count(), 0);
}

TEST_F(Strategies, weights_are_the_operators) {
  Gateway gateway(options({{"TOLLWAY_ROUTING_STRATEGY", "weighted"},
                           {"TOLLWAY_LLM_FIRST_ROUTING_WEIGHT", "0"},
                           {"TOLLWAY_LLM_SECOND_ROUTING_WEIGHT", "0.5"}}));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(strategy(gateway), "weighted");
  EXPECT_EQ(first_.connection_count(), 0);
  EXPECT_EQ(second_.request_count(), 20);
}

TEST_F(Strategies, each_takes_its_turn) {
  Gateway gateway(options({{"TOLLWAY_ROUTING_STRATEGY", "round_robin"}, {"TOLLWAY_THREADS", "1"}}));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(strategy(gateway), "round_robin");
  EXPECT_EQ(first_.request_count(), 5);
  EXPECT_EQ(second_.request_count(), 5);
}

TEST_F(Strategies, a_policy_that_the_operator_states_lets_a_vendor_serve) {
  const std::string body =
      with_members(chat_dialect().body(false),
                   R"("provider":{"data_collection":"deny","zdr":true,"quantizations":["fp8"]})");
  {
    Gateway gateway(options({}));
    const auto refused = gateway.post(path, body);
    EXPECT_EQ(refused.status, 404);
    EXPECT_THAT(refused.body, HasSubstr("first (collects_data)"));
  }
  Gateway gateway(options({{"TOLLWAY_LLM_SECOND_DATA_COLLECTION", "none"},
                           {"TOLLWAY_LLM_SECOND_ZDR", "yes"},
                           {"TOLLWAY_LLM_SECOND_QUANTIZATION", "fp8"}}));
  const auto answer = gateway.post(path, body);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(first_.connection_count(), 0);
  EXPECT_EQ(second_.request_count(), 1);
}

TEST_F(Strategies, the_command_takes_one_too) {
  const auto explained = run_tollway({"explain", "--json", "--strategy", "ordered", "test/model"},
                                     options({}).environment);
  EXPECT_EQ(explained.exit_code, 0) << explained.err;
  EXPECT_THAT(explained.out, HasSubstr(R"("strategy":"ordered")"));
  const auto refused =
      run_tollway({"explain", "--strategy", "cheapest", "test/model"}, options({}).environment);
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.err, HasSubstr("price_weighted"));
}

}  // namespace
}  // namespace tollway::test
