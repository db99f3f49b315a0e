#include "catalog/model_query.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "catalog/endpoints.hpp"

namespace tollway::catalog {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Models : public testing::Test {
 protected:
  // 1 May 2026, the sheet's own day.
  static constexpr std::int64_t now = 1'777'593'600;

  [[nodiscard]] std::vector<const Model*> selected(std::string_view query) const {
    const auto read = read_model_query(query);
    EXPECT_TRUE(read) << read.error().message;
    return select_models(catalogue_, *read, now);
  }
  [[nodiscard]] std::vector<std::string> ids(std::string_view query) const {
    std::vector<std::string> made;
    for (const Model* model : selected(query)) made.push_back(model->id);
    return made;
  }
  [[nodiscard]] static std::string refusal(std::string_view query) {
    const auto read = read_model_query(query);
    return read ? "" : read.error().message;
  }
  [[nodiscard]] json::value answer(std::string_view query) const {
    const auto read = *read_model_query(query);
    return json::parse(list_answer(select_models(catalogue_, read, now), read,
                                   {.path = "/api/v1/models", .query = query, .more = {}}));
  }

  const Catalogue catalogue_{std::span(&built_in_listing(), 1)};
};

TEST_F(Models, each_filter_narrows) {
  const auto all = selected("").size();
  EXPECT_EQ(all, catalogue_.models().size());
  for (const std::string_view query :
       {"q=gpt-4", "context=1000000", "min_price=5", "max_price=0.1", "min_output_price=20",
        "max_output_price=0.5", "arch=claude", "model_authors=openai,anthropic", "max_age_days=30",
        "min_age_days=300", "supported_parameters=tools,structured_outputs",
        "input_modalities=image,audio", "output_modalities=audio"}) {
    const auto some = selected(query).size();
    EXPECT_GT(some, 0U) << query;
    EXPECT_LT(some, all) << query;
  }
}

TEST_F(Models, filters_mean_what_they_say) {
  for (const Model* model : selected("max_price=0.1&context=100000&supported_parameters=tools")) {
    EXPECT_LE(*model->prices[PriceKey::prompt], 100'000'000) << model->id;
    EXPECT_GE(*model->context_length, 100'000) << model->id;
    EXPECT_THAT(model->supported_parameters, Contains("tools"));
  }
  EXPECT_THAT(ids("model_authors=openai"), Each(testing::ContainsRegex("^~?openai/")));
  EXPECT_THAT(ids("q=CLAUDE%20Opus%204.7"), testing::ElementsAre("anthropic/claude-opus-4.7"));
  // A price that depends on routing is no price.
  EXPECT_THAT(ids("min_price=0"), testing::Not(Contains("openrouter/auto")));
  EXPECT_THAT(ids("max_price=0"), Each(testing::Not(HasSubstr("openrouter/auto"))));
  EXPECT_THAT(ids("output_modalities=embeddings"), IsEmpty());
  EXPECT_THAT(ids("min_intelligence_index=10"), IsEmpty());
}

TEST_F(Models, sorts_put_the_unknown_last) {
  const auto cheap = selected("sort=pricing-low-to-high");
  EXPECT_EQ(cheap.front()->prices[PriceKey::prompt], 0);
  EXPECT_TRUE(cheap.back()->prices.dynamic);
  const auto dear = selected("sort=pricing-high-to-low");
  EXPECT_EQ(dear.front()->id, "openai/o1-pro");
  EXPECT_TRUE(dear.back()->prices.dynamic);
  const auto large = selected("sort=context-high-to-low");
  EXPECT_GE(large.front()->context_length, large[1]->context_length);
  const auto fresh = selected("sort=newest");
  EXPECT_GE(fresh.front()->created, fresh[1]->created);
  // Without scores the order stays.
  EXPECT_EQ(ids("sort=coding-high-to-low"), ids(""));
}

TEST_F(Models, nonsense_is_refused_and_strange_names_are_not) {
  EXPECT_THAT(refusal("limit=0"), HasSubstr("limit: expected an integer from 1 to 1000"));
  for (const std::string_view query :
       {"limit=1001", "limit=x", "offset=-1", "context=0", "context=1e3", "sort=prettiest",
        "category=gossip", "zdr=false", "region=mars", "distillable=maybe", "min_price=-1",
        "max_price=nan", "max_price=1x", "min_age_days=inf"}) {
    EXPECT_NE(refusal(query), "") << query;
  }
  for (const std::string_view query :
       {"", "&&", "=", "beta=true", "limit=", "after_id=x", "%zz=%"}) {
    EXPECT_EQ(refusal(query), "") << query;
  }
}

TEST_F(Models, what_only_openrouter_knows_is_said_so) {
  for (const std::string_view query :
       {"category=programming", "zdr=true", "region=eu", "distillable=true", "providers=Azure",
        "sort=most-popular", "use_rss=true", "min_tool_success_rate=0.9"}) {
    EXPECT_TRUE(read_model_query(query)->only_upstream_knows) << query;
  }
  EXPECT_FALSE(read_model_query("sort=newest&q=a")->only_upstream_knows);
}

TEST_F(Models, pages_join_to_the_whole) {
  const auto whole = answer("");
  EXPECT_EQ(whole.at("links").at("next"), json::value(nullptr));
  EXPECT_EQ(whole.at("total_count"), json::value(whole.at("data").as_array().size()));
  json::array joined;
  std::string query = "q=o&limit=100";
  int pages = 0;
  for (; !query.empty(); ++pages) {
    const auto page = answer(query);
    EXPECT_LE(page.at("data").as_array().size(), 100U);
    for (const auto& row : page.at("data").as_array()) joined.push_back(row);
    const auto& next = page.at("links").at("next");
    query.clear();
    if (next.is_string()) {
      const std::string text(next.get_string());
      EXPECT_THAT(text, AllOf(HasSubstr("/api/v1/models?offset="), HasSubstr("&q=o")));
      query = text.substr(text.find('?') + 1);
    }
  }
  EXPECT_GT(pages, 2);
  EXPECT_EQ(json::value(joined), answer("q=o").at("data"));
  EXPECT_THAT(answer("offset=100000").at("data").as_array(), IsEmpty());
}

TEST_F(Models, endpoints_are_the_offers) {
  const Model& model = *catalogue_.find("anthropic/claude-sonnet-4.5")->model;
  const auto data =
      json::parse(endpoints_answer(model, [](const Offer&) { return Measured{}; })).at("data");
  EXPECT_EQ(data.at("id"), "anthropic/claude-sonnet-4.5");
  ASSERT_THAT(data.at("endpoints").as_array(), SizeIs(1));
  const auto& endpoint = data.at("endpoints").at(0);
  EXPECT_EQ(endpoint.at("tag"), "openrouter");
  EXPECT_EQ(endpoint.at("pricing").at("prompt"), "0.000003");
  EXPECT_EQ(endpoint.at("uptime_last_1d"), json::value(nullptr));
}

TEST(PercentDecoded, leaves_what_is_no_escape) {
  EXPECT_EQ(percent_decoded("%7Eopenai%2fa+b", false), "~openai/a+b");
  EXPECT_EQ(percent_decoded("a+b%2", true), "a b%2");
  EXPECT_EQ(percent_decoded("%zz%", true), "%zz%");
}

}  // namespace
}  // namespace tollway::catalog
