#include "catalog/model_query.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "catalog/endpoints.hpp"
#include "catalog/openrouter_questions.hpp"
#include "providers/descriptor.hpp"

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
        "max_price=nan", "max_price=1x", "min_age_days=inf", "min_tool_success_rate=abc",
        "max_tool_success_rate=1.5"}) {
    EXPECT_NE(refusal(query), "") << query;
  }
  for (const std::string_view query :
       {"", "&&", "=", "beta=true", "limit=", "after_id=x", "%zz=%"}) {
    EXPECT_EQ(refusal(query), "") << query;
  }
}

TEST_F(Models, what_only_openrouter_knows_is_asked_of_it) {
  const auto path = [](std::string_view query) { return models_path(*read_model_query(query)); };
  EXPECT_EQ(path("sort=newest&q=a&use_rss=true"), "");
  EXPECT_EQ(path("category=marketing/seo"), "models?output_modalities=all&category=marketing/seo");
  EXPECT_EQ(path("sort=top-weekly&zdr=true&region=eu&distillable=false&providers=Azure,a%26b"
                 "&min_tool_success_rate=0.9"),
            "models?output_modalities=all&region=eu&providers=azure,a%26b&zdr=true"
            "&distillable=false&min_tool_success_rate=0.9&sort=top-weekly");
}

TEST_F(Models, unknown_data_pass_no_filter) {
  for (const std::string_view query :
       {"category=programming", "zdr=true", "region=eu", "distillable=true", "distillable=false",
        "providers=NoSuchProvider", "min_tool_success_rate=0"}) {
    EXPECT_THAT(ids(query), IsEmpty()) << query;
  }
  EXPECT_EQ(ids("providers=OpenRouter,azure").size(), catalogue_.models().size());
  EXPECT_EQ(ids("sort=most-popular"), ids(""));
}

// One of two providers is OpenRouter, who says which of its models pass.
TEST(Offers, are_judged_one_by_one) {
  std::vector<Listing> listings(2);
  listings[0].provider = listings[0].provider_name = "openrouter";
  listings[0].slugs = true;
  listings[1].provider = listings[1].provider_name = "vllm";
  listings[1].source = PriceSource::local;
  for (const auto* id : {"a/one", "a/two"}) listings[0].models.emplace_back().id = id;
  for (const auto* id : {"a/two", "a/three"}) listings[1].models.emplace_back().id = id;
  const Catalogue catalogue(listings);
  const std::vector<std::string> openrouters{"a/one"};
  Knowledge knowledge;
  knowledge.openrouters = &openrouters;
  knowledge.facts = [](const Model& model, const Offer& offer) {
    const bool own = offer.provider == "vllm";
    OfferFacts facts;
    if (own) facts.zero_retention = true;
    if (own) facts.latency_ms = model.id == "a/two" ? 20 : 10;
    return facts;
  };
  const auto ids = [&](std::string_view query) {
    std::vector<std::string> made;
    for (const auto* model : select_models(catalogue, *read_model_query(query), 0, knowledge)) {
      made.push_back(model->id);
    }
    return made;
  };
  EXPECT_THAT(ids("category=legal"), testing::ElementsAre("a/one"));
  EXPECT_THAT(ids("zdr=true"), testing::ElementsAre("a/one", "a/two", "a/three"));
  EXPECT_THAT(ids("providers=vllm"), testing::ElementsAre("a/one", "a/two", "a/three"));
  EXPECT_THAT(ids("sort=latency-low-to-high"), testing::ElementsAre("a/one", "a/three", "a/two"));
}

TEST_F(Models, a_feed_is_xml) {
  const auto query = *read_model_query("q=gpt-4o-mini&use_rss=true&limit=1");
  const auto feed = rss_answer(select_models(catalogue_, query, now), query, "http://here&there");
  EXPECT_THAT(feed, HasSubstr("<rss version=\"2.0\"><channel>"));
  EXPECT_THAT(feed, HasSubstr("<link>http://here&amp;there/api/v1/model/openai/gpt-4o-mini"));
  EXPECT_THAT(feed, HasSubstr(" GMT</pubDate></item></channel></rss>"));
}

TEST(Windows, are_evaluated_when_a_row_is_served) {
  const auto listing = read_listing(
      *providers::find(providers::built_in(), "openrouter"),
      R"({"data":[{"id":"a/m","canonical_slug":"a/m","architecture":{"tokenizer":"GPT"},)"
      R"("pricing":{"prompt":"0.000002","completion":"1","overrides":[)"
      R"({"utc_start":0,"utc_end":800,"prompt":"0.000001"},)"
      R"({"utc_start":800,"utc_end":0,"prompt":"0.000002"}]},"kept":1}]})",
      0);
  ASSERT_TRUE(listing);
  const Catalogue catalogue(std::span(&*listing, 1));
  constexpr std::int64_t midnight = 1'777'593'600;
  const auto prompt_at = [&](std::int64_t now) {
    const auto body = list_answer(select_models(catalogue, {}, now), {},
                                  {.path = "/", .query = {}, .more = {}, .now = now});
    const auto row = json::parse(body).at("data").at(0);
    EXPECT_EQ(row.at("kept"), 1);
    EXPECT_EQ(row.at("pricing").at("overrides").as_array().size(), 2U);
    return std::string(row.at("pricing").at("prompt").as_string());
  };
  EXPECT_EQ(prompt_at(midnight + 60), "0.000001");
  EXPECT_EQ(prompt_at(midnight + 12 * 3600), "0.000002");
  ModelQuery cheap;
  cheap.price.max = 1.5;
  EXPECT_THAT(select_models(catalogue, cheap, midnight), SizeIs(1));
  EXPECT_THAT(select_models(catalogue, cheap, midnight + 12 * 3600), IsEmpty());
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
