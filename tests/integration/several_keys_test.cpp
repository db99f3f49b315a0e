// Several keys of one provider: they share the load, and one that is refused is left alone.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <thread>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

constexpr auto path = "/api/v1/chat/completions";

std::string key_of(std::string_view label) {
  return fmt::format("{}-canary-41c7d2", label);
}

// Knows its callers by their keys and treats each as it is told to.
class KeyedProvider {
 public:
  struct Treatment {
    int status = 200;
    int limit = 0;      // of requests a minute, which is told; 0: nothing is
    int remaining = 0;  // of it
  };

  void treat(std::string_view label, Treatment treatment) {
    const std::scoped_lock lock(mutex_);
    treatments_[key_of(label)] = treatment;
  }
  [[nodiscard]] int requests(std::string_view label) const {
    const std::scoped_lock lock(mutex_);
    const auto found = requests_.find(key_of(label));
    return found == requests_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::string url() const { return upstream_.url(); }

 private:
  std::string answer_to(const Request& request) {
    const auto key = request.headers.find("authorization").value_or("Bearer ").substr(7);
    const std::scoped_lock lock(mutex_);
    ++requests_[key];
    Treatment& treatment = treatments_[key];
    if (treatment.status != 200) {
      return answer(treatment.status, "application/json",
                    R"({"error":{"message":"this key may not"}})");
    }
    if (treatment.limit == 0) return json_answer(chat_dialect().json);
    --treatment.remaining;
    return json_answer(chat_dialect().json,
                       {{"X-RateLimit-Limit-Requests", std::to_string(treatment.limit)},
                        {"X-RateLimit-Remaining-Requests", std::to_string(treatment.remaining)},
                        {"X-RateLimit-Reset-Requests", "1m0s"}});
  }

  mutable std::mutex mutex_;
  std::map<std::string, Treatment> treatments_;  // by key
  std::map<std::string, int> requests_;
  FaultUpstream upstream_{
      FaultUpstream::answering([this](const Request& request) { return answer_to(request); })};
};

class SeveralKeys : public testing::Test {
 protected:
  SeveralKeys() { options_.environment.erase("TOLLWAY_LLM_FIRST_API_KEY"); }

  // As an operator adds it.
  void add_key(std::string_view label, int weight = 1) const {
    Command command;
    const auto script =
        fmt::format("printf %s {} | \"$tollway\" keys add first --label {} --weight {}",
                    key_of(label), label, weight);
    command.words = {"bash", "-c", script};
    command.environment = options_.environment;
    command.environment["tollway"] = tollway_binary();
    command.environment["TOLLWAY_DATA"] = options_.data.string();
    command.environment["HOME"] = options_.data.string();
    command.stderr_file = options_.data / "keys_add.stderr";
    ChildProcess process(command);
    EXPECT_EQ(process.wait_for_exit(), 0) << read_file(command.stderr_file);
  }
  static void expect_served(RawClient& client, const Gateway& gateway, int requests,
                            const std::string& body = chat_dialect().body(false)) {
    const auto bytes = gateway.request_bytes("POST", path, body);
    for (int i = 0; i < requests; ++i) {
      client.send(bytes);
      const auto got = client.read_answer();
      ASSERT_EQ(got.status, 200) << got.body;
    }
  }
  // Whether each of the keys that were asked with rests, as the gateway reports it.
  static std::map<std::string, bool> rests(const Gateway& gateway) {
    std::map<std::string, bool> told;
    for (const auto& row :
         at(gateway.get("/api/v1/providers/health").body_json(), "/data").as_array()) {
      told[text_at(row, "/key")] = at(row, "/key_rests") == json::value(true);
    }
    return told;
  }

  KeyedProvider first_;
  SeveralProviders providers_{{own_provider("first", first_.url())}};
  GatewayOptions options_ = providers_.options();
};

// By chance: 450 of 600 give or take 53, which is five deviations.
TEST_F(SeveralKeys, share_the_load_by_their_weights) {
  add_key("heavy", 3);
  add_key("light", 1);
  Gateway gateway(options_);
  RawClient client(gateway.port());
  expect_served(client, gateway, 600);
  EXPECT_NEAR(first_.requests("heavy"), 450, 53);
  EXPECT_EQ(first_.requests("heavy") + first_.requests("light"), 600);
}

// A fifth of what both have left is the first one's, before and after each request: 100 of 500 give
// or take 45, which is five deviations.
TEST_F(SeveralKeys, share_the_load_by_what_is_left_of_their_limits) {
  add_key("worn");
  add_key("fresh");
  first_.treat("worn", {.limit = 5000, .remaining = 1000});
  first_.treat("fresh", {.limit = 5000, .remaining = 4000});
  Gateway gateway(options_);
  RawClient client(gateway.port());
  expect_served(client, gateway, 500);
  EXPECT_NEAR(first_.requests("worn"), 100, 45);
  EXPECT_EQ(first_.requests("worn") + first_.requests("fresh"), 500);
}

class RefusedKeys : public SeveralKeys, public testing::WithParamInterface<int> {
 protected:
  RefusedKeys() {
    add_key("refused");
    add_key("good");
    first_.treat("refused", {.status = GetParam()});
  }
};
INSTANTIATE_TEST_SUITE_P(SeveralKeys, RefusedKeys, testing::Values(401, 402, 403),
                         testing::PrintToStringParamName());

TEST_P(RefusedKeys, rests_for_every_model_unseen_by_clients_and_is_reported) {
  Gateway gateway(options_);
  RawClient client(gateway.port());
  expect_served(client, gateway, 40);
  EXPECT_EQ(first_.requests("refused"), 1);
  const std::string other_model =
      R"({"model":"first/first-mark","messages":[{"role":"user","content":"hello"}]})";
  expect_served(client, gateway, 20, other_model);
  EXPECT_EQ(first_.requests("refused"), 1) << "what is refused for one model is for all";
  EXPECT_EQ(first_.requests("good"), 60);

  const auto told = rests(gateway);
  EXPECT_TRUE(told.at("refused"));
  EXPECT_FALSE(told.at("good"));
  const auto shown = run_tollway(
      {"providers", "--health", "--gateway", fmt::format("http://127.0.0.1:{}", gateway.port())},
      {{"TOLLWAY_GATEWAY_KEY", gateway.key()}, {"COLUMNS", "200"}});
  EXPECT_THAT(shown.out, HasSubstr("its key rests")) << shown.err;

  gateway.stop();
  const auto log = gateway.standard_error();
  EXPECT_THAT(log, HasSubstr("first refused the API key refused: it rests for 60 s"));
  EXPECT_FALSE(log.contains("canary-41c7d2")) << log;
  int turned = 0;
  for (const auto& record : gateway.records()) {
    if (record.route() != chat_dialect().route) continue;
    EXPECT_EQ(record.outcome(), "ok");
    turned += record.attempts() - 1;
  }
  EXPECT_EQ(turned, 1) << "the one request that found out";
}

// Those under way when the first is refused find out, too; nobody who comes later.
TEST_P(RefusedKeys, is_asked_with_only_by_those_under_way) {
  constexpr int clients = 8;
  constexpr int requests_each = 25;
  Gateway gateway(options_);
  std::vector<std::thread> threads;
  threads.reserve(clients);
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      RawClient client(gateway.port());
      expect_served(client, gateway, requests_each);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_GE(first_.requests("refused"), 1);
  EXPECT_LE(first_.requests("refused"), clients);
  EXPECT_EQ(first_.requests("good"), clients * requests_each);
}

}  // namespace
}  // namespace tollway::test
