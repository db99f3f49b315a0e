#include <fmt/format.h>

#include <filesystem>

#include "catalog/catalog.hpp"

namespace tollway::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

const std::vector<std::string> three{"a/one", "a/two:free", "~a/one-latest"};

class Routes : public testing::Test {
 protected:
  [[nodiscard]] json::value ok(std::string_view target) const {
    const auto answer = gateway_.get(target);
    EXPECT_EQ(answer.status, 200) << target << ": " << answer.body;
    return answer.body_json();
  }

  ListUpstream list_{list_of(three)};
  Gateway gateway_{list_.upstream()};
};

TEST_F(Routes, models_are_the_upstreams_own) {
  const auto answer = ok("/api/v1/models");
  EXPECT_EQ(answer.at("data"), parse_json(list_of(three)).at("data"));
  EXPECT_EQ(answer.at("total_count"), json::value(3));
  EXPECT_EQ(at(answer, "/links/next"), json::value(nullptr));
  // OpenAI's clients look for more.
  EXPECT_EQ(text_at(ok("/v1/models"), "/object"), "list");
  EXPECT_EQ(list_.lists_asked(), 1);
}

TEST_F(Routes, models_are_filtered_sorted_and_paged) {
  EXPECT_THAT(ids_in(ok("/api/v1/models?q=two")), ElementsAre("a/two:free"));
  EXPECT_THAT(ids_in(ok("/api/v1/models?sort=newest&context=2000")),
              ElementsAre("~a/one-latest", "a/two:free"));
  EXPECT_THAT(ids_in(ok("/api/v1/models?max_price=1")), ElementsAre("a/one"));
  const auto page = ok("/api/v1/models?offset=1&limit=1&arch=GPT");
  EXPECT_THAT(ids_in(page), ElementsAre("a/two:free"));
  EXPECT_EQ(text_at(page, "/links/next"), "/api/v1/models?offset=2&limit=1&arch=GPT");
  const auto refused = gateway_.get("/api/v1/models?limit=0");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("limit: expected an integer from 1 to 1000"));
  EXPECT_EQ(at(ok("/api/v1/models/count"), "/data/count"), json::value(3));
  EXPECT_EQ(at(ok("/api/v1/models/count?output_modalities=image"), "/data/count"), json::value(0));
  EXPECT_THAT(ids_in(ok("/api/v1/embeddings/models")), ElementsAre());
}

TEST_F(Routes, a_model_is_found_by_its_names) {
  EXPECT_EQ(text_at(ok("/api/v1/model/a/one"), "/data/id"), "a/one");
  EXPECT_EQ(text_at(ok("/api/v1/model/a/one:nitro"), "/data/id"), "a/one");
  EXPECT_EQ(text_at(ok("/api/v1/model/a/two%3Afree"), "/data/id"), "a/two:free");
  EXPECT_EQ(text_at(ok("/api/v1/model/%7Ea/one-latest"), "/data/id"), "~a/one-latest");
  EXPECT_EQ(gateway_.record(0).route(), "model/{author}/{slug}");
  const auto missing = gateway_.get("/api/v1/model/a/onne");
  EXPECT_EQ(missing.status, 404);
  EXPECT_THAT(missing.body, HasSubstr("there is no model a/onne. Did you mean a/one"));
  for (const std::string_view target :
       {"/api/v1/model/a", "/api/v1/model/a/", "/api/v1/model//one", "/api/v1/model/a/one/",
        "/api/v1/model/a/one/two", "/api/v1/models/a/one", "/api/v1/models/a/one/endpoint"}) {
    EXPECT_EQ(gateway_.get(target).status, 404) << target;
  }
  RawClient client(gateway_.port());
  client.send(gateway_.request_bytes("POST", "/api/v1/model/a/one", "{}"));
  EXPECT_EQ(client.read_answer().status, 405);
}

TEST_F(Routes, what_only_openrouter_knows_is_asked_of_it_and_kept) {
  EXPECT_THAT(ids_in(ok("/api/v1/models?category=programming&q=one")),
              ElementsAre("a/one", "~a/one-latest"));
  const auto asked = list_.upstream().requests().back().target;
  EXPECT_EQ(asked, "/api/v1/models?output_modalities=all&category=programming");
  const auto count = list_.upstream().request_count();
  EXPECT_EQ(ids_in(ok("/api/v1/models?category=programming")).size(), 3U);
  EXPECT_EQ(list_.upstream().request_count(), count);
}

TEST_F(Routes, a_filter_that_nobody_can_judge_lets_nothing_pass) {
  // This upstream lists the same whatever it is asked, but has no list of providers.
  EXPECT_EQ(text_at(ok("/api/v1/providers"), "/data/0/slug"), "openrouter");
  for (const std::string_view query :
       {"min_tool_success_rate=abc", "max_tool_success_rate=2", "zdr=maybe", "region=moon"}) {
    EXPECT_EQ(gateway_.get(fmt::format("/api/v1/models?{}", query)).status, 400) << query;
  }
}

TEST_F(Routes, a_feed_can_be_asked_for) {
  const auto feed = gateway_.get("/api/v1/models?use_rss=true&q=two");
  EXPECT_EQ(feed.status, 200);
  EXPECT_EQ(feed.headers.find("content-type"), "application/rss+xml");
  // By the name that the client knows the gateway by.
  EXPECT_THAT(feed.body, HasSubstr("http://tollway.test/api/v1/model/a/two:free"));
}

TEST(RoutesOffline, the_built_in_sheet_answers) {
  Gateway gateway({.upstream_url = "http://127.0.0.1:1/api/v1"});
  const auto models = gateway.get("/api/v1/models").body_json();
  EXPECT_GE(models.at("data").as_array().size(), 300U);
  const auto sonnet = gateway.get("/api/v1/models/anthropic/claude-sonnet-4.5/endpoints");
  EXPECT_EQ(sonnet.status, 200);
  EXPECT_EQ(text_at(sonnet.body_json(), "/data/endpoints/0/pricing/prompt"), "0.000003");
  EXPECT_EQ(text_at(gateway.get("/api/v1/providers").body_json(), "/data/0/slug"), "openrouter");
  EXPECT_EQ(gateway.get("/api/v1/models?sort=most-popular").status, 200);
}

TEST(RoutesDemonstration, has_its_own_models) {
  Gateway gateway{GatewayOptions{}};
  const auto models = gateway.get("/v1/models").body_json();
  EXPECT_THAT(ids_in(models), IsSupersetOf({"tollway/echo", "tollway/metered-echo"}));
  EXPECT_EQ(gateway.get("/api/v1/model/tollway/echo").status, 200);
  EXPECT_EQ(gateway.get("/api/v1/models/tollway/echo/endpoints").status, 200);
  EXPECT_THAT(ids_in(gateway.get("/api/v1/embeddings/models").body_json()),
              testing::Contains("tollway/echo"));
}

// The names below "required:" of a schema of OpenRouter's OpenAPI document.
std::vector<std::string> required_of(const std::string& document, const std::string& schema) {
  std::vector<std::string> names;
  auto at = document.find(fmt::format("\n    {}:\n", schema));
  const auto end = document.find("\n      required:\n", at);
  if (at == std::string::npos || end == std::string::npos) return names;
  at = end + std::string_view("\n      required:\n").size();
  constexpr std::string_view item = "      - ";
  while (document.compare(at, item.size(), item) == 0) {
    const auto line_end = document.find('\n', at);
    names.push_back(document.substr(at + item.size(), line_end - at - item.size()));
    at = line_end + 1;
  }
  return names;
}

class Shapes : public testing::Test {
 protected:
  void SetUp() override {
    document_ = read_file(fs::path(TOLLWAY_SHARED) / "openrouter" / "openapi.yaml");
    if (document_.empty()) GTEST_SKIP() << "OpenRouter's openapi.yaml, which is not there";
  }
  void expect_shape(const json::value& value, const std::string& schema) const {
    const auto names = required_of(document_, schema);
    EXPECT_FALSE(names.empty()) << schema;
    for (const auto& name : names) {
      EXPECT_TRUE(value.as_object().contains(name)) << schema << " lacks " << name;
    }
  }
  std::string document_;
};

TEST_F(Shapes, what_is_made_here_has_all_that_is_required) {
  Gateway gateway({.upstream_url = "http://127.0.0.1:1/api/v1"});
  const auto list = gateway.get("/api/v1/models").body_json();
  expect_shape(list, "ModelsListResponse");
  for (const auto& row : list.at("data").as_array()) {
    expect_shape(row, "Model");
    expect_shape(row.at("architecture"), "ModelArchitecture");
    expect_shape(row.at("pricing"), "PublicPricing");
    expect_shape(row.at("top_provider"), "TopProviderInfo");
  }
  const auto data = gateway.get("/api/v1/models/openai/gpt-4o/endpoints").body_json().at("data");
  expect_shape(data, "ListEndpointsResponse");
  expect_shape(data.at("endpoints").at(0), "PublicEndpoint");
  expect_shape(gateway.get("/api/v1/models/count").body_json(), "ModelsCountResponse");
  expect_shape(gateway.get("/api/v1/model/openai/gpt-4o").body_json(), "ModelResponse");
}

TEST(RealList, comes_out_as_it_went_in) {
  const auto file = fs::path(TOLLWAY_SHARED) / "catalog" / "openrouter-models-2026-05-01.json";
  const std::string body = read_file(file);
  if (body.empty()) GTEST_SKIP() << "OpenRouter's list in " << file << ", which is not there";
  ListUpstream list(body);
  Gateway gateway(list.upstream());
  EXPECT_EQ(gateway.get("/api/v1/models").body_json().at("data"), parse_json(body).at("data"));
}

}  // namespace
}  // namespace tollway::test
