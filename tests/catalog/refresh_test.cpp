#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "catalog/catalog.hpp"

namespace tollway::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Refresh : public testing::Test {
 protected:
  // Starts again in the same data directory.
  [[nodiscard]] GatewayOptions options(std::string_view ttl = "3600") const {
    return {.environment = {{"TOLLWAY_CATALOGUE_TTL", std::string(ttl)}},
            .data = files_.path() / "data"};
  }
  [[nodiscard]] static std::vector<std::string> ids(const Gateway& gateway) {
    return ids_in(gateway.get("/api/v1/models").body_json());
  }
  // The gateway's key is told once, and these tests start several.
  static GatewayOptions with_key(GatewayOptions options, const std::string& key) {
    options.key = key;
    return options;
  }

  TemporaryDirectory files_;
  ListUpstream list_{list_of({"a/one"})};
};

TEST_F(Refresh, many_askers_are_one_question) {
  Signal go;
  const FaultUpstream upstream([&](UpstreamConnection& connection) {
    while (connection.read_request()) {
      static_cast<void>(connection.wait_for(go));
      connection.send(json_answer(list_of({"a/one"})));
    }
  });
  Gateway gateway(upstream);
  std::vector<std::vector<std::string>> answers(20);
  std::vector<std::thread> clients;
  clients.reserve(answers.size());
  for (auto& answer : answers) clients.emplace_back([&] { answer = ids(gateway); });
  EXPECT_TRUE(upstream.wait_for_requests(1));
  go.set();
  for (auto& client : clients) client.join();
  for (const auto& answer : answers) EXPECT_THAT(answer, ElementsAre("a/one"));
  EXPECT_EQ(upstream.request_count(), 1);
}

TEST_F(Refresh, a_kept_list_is_served_and_asked_for_by_its_etag) {
  std::string key;
  {
    Gateway first(list_.upstream(), options());
    EXPECT_THAT(ids(first), ElementsAre("a/one"));
    key = first.key();
  }
  {
    // Fresh enough: nobody is asked.
    Gateway second(list_.upstream(), with_key(options(), key));
    EXPECT_THAT(ids(second), ElementsAre("a/one"));
    EXPECT_EQ(list_.lists_asked(), 1);
  }
  // Stale: it is served, and asked for meanwhile.
  Gateway third(list_.upstream(), with_key(options("1"), key));
  EXPECT_TRUE(wait_until(
      [&] { return ids(third) == std::vector<std::string>{"a/one"} && list_.lists_asked() >= 2; }));
  const auto requests = list_.upstream().requests();
  EXPECT_TRUE(requests.back().headers.has("if-none-match"));
}

TEST_F(Refresh, changes_are_seen_and_kept) {
  Gateway gateway(list_.upstream(), options("1"));
  EXPECT_THAT(ids(gateway), ElementsAre("a/one"));
  list_.list(list_of({"a/one", "a/two"}));
  EXPECT_TRUE(wait_until([&] { return ids(gateway).size() == 2; }));
  const auto history = files_.path() / "data" / "catalogue" / "changes.jsonl";
  EXPECT_TRUE(wait_until(
      [&] { return read_file(history).contains(R"({"kind":"added","model":"a/two")"); }));
}

TEST_F(Refresh, what_was_known_outlives_its_source) {
  std::string key;
  {
    Gateway first(list_.upstream(), options());
    EXPECT_THAT(ids(first), ElementsAre("a/one"));
    key = first.key();
  }
  auto offline = with_key(options("1"), key);
  offline.upstream_url = "http://127.0.0.1:1/api/v1";
  Gateway second(offline);
  EXPECT_THAT(ids(second), ElementsAre("a/one"));
  EXPECT_TRUE(wait_until([&] {
    static_cast<void>(ids(second));
    return second.standard_error().contains("going on with what is known");
  }));
  EXPECT_THAT(ids(second), ElementsAre("a/one"));
}

TEST_F(Refresh, a_broken_file_is_ignored_with_a_warning) {
  std::filesystem::create_directories(files_.path() / "data" / "catalogue");
  std::ofstream(files_.path() / "data" / "catalogue" / "openrouter.list") << "{\"format\":1}\n[";
  Gateway gateway(list_.upstream(), options());
  EXPECT_THAT(ids(gateway), ElementsAre("a/one"));
  EXPECT_THAT(gateway.standard_error(), HasSubstr("openrouter.list is broken and is ignored"));
}

TEST_F(Refresh, unasked_where_it_may) {
  auto background = options();
  background.environment["TOLLWAY_CATALOGUE_REFRESH"] = "true";
  Gateway gateway(list_.upstream(), background);
  EXPECT_TRUE(list_.upstream().wait_for_requests(1));
  EXPECT_THAT(ids(gateway), ElementsAre("a/one"));
}

TEST_F(Refresh, answers_that_are_no_lists_change_nothing) {
  list_.list("<html>sorry</html>");
  Gateway gateway(list_.upstream(), options());
  EXPECT_GE(ids(gateway).size(), 300U);
  EXPECT_THAT(gateway.standard_error(), HasSubstr("could not be asked for"));
}

TEST_F(Refresh, the_start_warns_about_a_model_that_expires) {
  auto with_model = options();
  with_model.environment["TOLLWAY_LLM_MODEL"] = "anthropic/claude-3.7-sonnet";
  Gateway gateway(list_.upstream(), with_model);
  EXPECT_THAT(
      gateway.standard_error(),
      HasSubstr("the model anthropic/claude-3.7-sonnet expires on 2026-05-05; in its place: "
                "anthropic/claude-sonnet-4.6 (the same price)"));
  EXPECT_THAT(ids(gateway), ElementsAre("a/one"));
  EXPECT_TRUE(wait_until(
      [&] { return gateway.standard_error().contains("claude-3.7-sonnet is offered no more"); }));
}

}  // namespace
}  // namespace tollway::test
