// OpenRouter's answers about single models' endpoints, which are kept.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "catalog/catalog.hpp"

namespace tollway::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view target = "/api/v1/models/a/one/endpoints";

std::string endpoints_of(std::string_view host) {
  return fmt::format(R"({{"data":{{"id":"a/one","endpoints":[{{"tag":"{}","status": 0}} ] }}}})",
                     host);
}

std::vector<std::string> tags_in(const json::value& answer) {
  std::vector<std::string> tags;
  for (const auto& row : answer.at("data").at("endpoints").as_array()) {
    tags.push_back(text_at(row, "/tag"));
  }
  return tags;
}

// Lists a/one and says what its endpoints are, after `go`; 503 where the body is empty.
class EndpointUpstream {
 public:
  explicit EndpointUpstream(std::string body) : body_(std::move(body)) {}

  void body(std::string body) {
    const std::scoped_lock lock(mutex_);
    body_ = std::move(body);
  }
  [[nodiscard]] int asked() const {
    const auto requests = upstream_.requests();
    return static_cast<int>(std::ranges::count_if(
        requests, [](const Request& request) { return request.target == target; }));
  }
  [[nodiscard]] int asked_by_etag() const {
    const auto requests = upstream_.requests();
    return static_cast<int>(std::ranges::count_if(requests, [](const Request& request) {
      return request.target == target && request.headers.has("if-none-match");
    }));
  }

  Signal go;
  FaultUpstream& upstream() { return upstream_; }

 private:
  void serve(UpstreamConnection& connection) {
    while (const auto request = connection.read_request()) {
      if (request->target != target) {
        connection.send(json_answer(list_of({"a/one", "a/two"})));
        continue;
      }
      static_cast<void>(connection.wait_for(go));
      connection.send(answer_to(*request));
    }
  }
  std::string answer_to(const Request& request) {
    const std::scoped_lock lock(mutex_);
    if (body_.empty()) return answer(503, "application/json", R"({"error":{"code":503}})");
    const std::string etag = fmt::format("\"{}\"", std::hash<std::string>()(body_));
    if (request.headers.find("if-none-match") == etag) {
      return "HTTP/1.1 304 Not Modified\r\nETag: " + etag + "\r\n\r\n";
    }
    return json_answer(body_, {{"ETag", etag}});
  }

  std::mutex mutex_;
  std::string body_;
  FaultUpstream upstream_{[this](UpstreamConnection& connection) { serve(connection); }};
};

class Endpoints : public testing::Test {
 protected:
  [[nodiscard]] GatewayOptions options(std::string_view ttl = "3600") const {
    return {.environment = {{"TOLLWAY_CATALOGUE_TTL", std::string(ttl)}},
            .data = files_.path() / "data",
            .key = key_};
  }
  [[nodiscard]] static std::vector<std::string> tags(const Gateway& gateway) {
    return tags_in(gateway.get(target).body_json());
  }
  // Leaves an answer on disk.
  void fill() {
    openrouter_.go.set();
    const Gateway gateway(openrouter_.upstream(), options());
    ASSERT_THAT(tags(gateway), ElementsAre("host/one"));
    key_ = gateway.key();
  }

  TemporaryDirectory files_;
  std::string key_;  // the gateway's is told once, and some tests start several
  EndpointUpstream openrouter_{endpoints_of("host/one")};
};

TEST_F(Endpoints, are_openrouters_own_byte_for_byte_and_asked_for_once) {
  openrouter_.go.set();
  const Gateway gateway(openrouter_.upstream(), options());
  EXPECT_EQ(gateway.get(target).body, endpoints_of("host/one"));
  EXPECT_EQ(gateway.get(target).body, endpoints_of("host/one"));
  EXPECT_EQ(gateway.get("/v1/models/a/one:nitro/endpoints").body, endpoints_of("host/one"));
  EXPECT_EQ(openrouter_.asked(), 1);
}

TEST_F(Endpoints, fifty_askers_are_one_question) {
  Gateway gateway(openrouter_.upstream(), options());
  EXPECT_EQ(gateway.get("/api/v1/models").status, 200);
  std::vector<std::vector<std::string>> answers(50);
  std::vector<std::thread> clients;
  clients.reserve(answers.size());
  for (auto& answer : answers) clients.emplace_back([&] { answer = tags(gateway); });
  EXPECT_TRUE(wait_until([&] { return openrouter_.asked() == 1; }));
  openrouter_.go.set();
  for (auto& client : clients) client.join();
  for (const auto& answer : answers) EXPECT_THAT(answer, ElementsAre("host/one"));
  EXPECT_EQ(openrouter_.asked(), 1);
}

TEST_F(Endpoints, survive_a_restart) {
  fill();
  const Gateway second(openrouter_.upstream(), options());
  EXPECT_THAT(tags(second), ElementsAre("host/one"));
  EXPECT_EQ(openrouter_.asked(), 1);
}

TEST_F(Endpoints, that_are_stale_are_served_and_asked_for_by_their_etag) {
  fill();
  const Gateway second(openrouter_.upstream(), options("1"));
  EXPECT_TRUE(wait_until([&] {
    EXPECT_THAT(tags(second), ElementsAre("host/one"));
    return openrouter_.asked_by_etag() >= 1;
  }));
  openrouter_.body(endpoints_of("host/two"));
  EXPECT_TRUE(wait_until([&] { return tags(second) == std::vector<std::string>{"host/two"}; }));
}

TEST_F(Endpoints, outlive_their_source) {
  fill();
  auto offline = options("1");
  offline.upstream_url = "http://127.0.0.1:1/api/v1";
  const Gateway second(offline);
  EXPECT_TRUE(wait_until([&] {
    EXPECT_THAT(tags(second), ElementsAre("host/one"));
    return second.standard_error().contains("models/a/one/endpoints could not be asked for");
  }));
  EXPECT_THAT(tags(second), ElementsAre("host/one"));
}

TEST_F(Endpoints, nobody_waits_for_a_slow_answer_longer_than_for_a_list) {
  const Gateway gateway(openrouter_.upstream(), options());
  EXPECT_EQ(gateway.get("/api/v1/models").status, 200);
  const Stopwatch time;
  EXPECT_THAT(tags(gateway), ElementsAre("openrouter"));
  EXPECT_GE(time.elapsed(), 4900ms);
  openrouter_.go.set();
  EXPECT_TRUE(wait_until([&] { return tags(gateway) == std::vector<std::string>{"host/one"}; }));
  EXPECT_EQ(openrouter_.asked(), 1);
}

TEST_F(Endpoints, that_openrouter_does_not_tell_are_the_lists_offers) {
  openrouter_.go.set();
  openrouter_.body({});
  Gateway gateway(openrouter_.upstream(), options());
  EXPECT_THAT(tags(gateway), ElementsAre("openrouter"));
  EXPECT_THAT(tags(gateway), ElementsAre("openrouter"));
  EXPECT_EQ(openrouter_.asked(), 1) << "a failure is asked about again after a minute";
  EXPECT_THAT(gateway.standard_error(), HasSubstr("answered 503 when asked for models/a/one"));
}

TEST_F(Endpoints, that_are_no_list_are_not_taken) {
  openrouter_.go.set();
  openrouter_.body(R"({"data":[]})");
  const Gateway gateway(openrouter_.upstream(), options());
  EXPECT_THAT(tags(gateway), ElementsAre("openrouter"));
  EXPECT_FALSE(std::filesystem::exists(files_.path() / "data" / "catalogue" / "endpoints"));
}

TEST_F(Endpoints, of_other_providers_stand_behind_openrouters) {
  openrouter_.go.set();
  const FaultUpstream local(FaultUpstream::answering(
      json_answer(R"({"object":"list","data":[{"id":"a/one","object":"model"}]})")));
  auto both = options();
  both.environment["TOLLWAY_LLM_VLLM_URL"] = local.url();
  const Gateway gateway(openrouter_.upstream(), both);
  EXPECT_THAT(tags(gateway), ElementsAre("host/one", "vllm"));
}

TEST_F(Endpoints, of_models_that_openrouter_does_not_have_are_not_asked_for) {
  const FaultUpstream local(FaultUpstream::answering(
      json_answer(R"({"object":"list","data":[{"id":"c/own","object":"model"}]})")));
  auto both = options();
  both.environment["TOLLWAY_LLM_VLLM_URL"] = local.url();
  const Gateway gateway(openrouter_.upstream(), both);
  const auto answer = gateway.get("/api/v1/models/c/own/endpoints");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(tags_in(answer.body_json()), ElementsAre("vllm"));
  EXPECT_EQ(openrouter_.asked(), 0);
}

}  // namespace
}  // namespace tollway::test
