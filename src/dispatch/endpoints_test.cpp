#include "dispatch/endpoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tollway::dispatch {
namespace {

using testing::ElementsAre;

const routing::TimePoint start{std::chrono::hours(1)};
constexpr std::string_view chat = "chat/completions";

catalog::Model model(std::string id) {
  catalog::Model made;
  made.id = std::move(id);
  return made;
}

catalog::Listing listing(std::string provider, std::vector<catalog::Model> models) {
  catalog::Listing made;
  made.provider = made.provider_name = std::move(provider);
  made.slugs = made.provider == "openrouter";
  made.models = std::move(models);
  return made;
}

catalog::Model with_prices(catalog::Model model, std::int64_t price) {
  model.prices[catalog::PriceKey::prompt] = price;
  model.prices[catalog::PriceKey::completion] = 4 * price;
  return model;
}

// OpenRouter, OpenAI and Ollama, of which two have a model each that the others have not.
catalog::CataloguePointer make_catalogue() {
  catalog::Model gpt = with_prices(model("openai/gpt-4o"), 2'500'000'000);
  gpt.context_length = 128'000;
  gpt.supported_parameters = {"tools", "temperature"};
  gpt.input_modalities = {"text", "image"};
  gpt.output_modalities = {"text"};
  const std::vector<catalog::Listing> lists{
      listing("openrouter", {gpt, model("a/only-there"), model("meta/llama")}),
      listing("openai", {model("gpt-4o"), model("gpt-secret")}),
      listing("ollama", {model("meta/llama")}),
      listing("groq", {model("gemma2-9b-it"), with_prices(model("gemma-7b-it"), 1), model("new")}),
  };
  return std::make_shared<const catalog::Catalogue>(lists);
}

struct Configured {
  Standings standings;
  std::vector<Upstream> upstreams;
  int asked = 0;
  catalog::CataloguePointer catalogue = make_catalogue();

  Configured& add(std::string key, std::string key_name = "") {
    auto description = std::make_shared<providers::Description>();
    description->key = description->name = key;
    description->chooses_providers = key == "openrouter";
    description->local = key == "ollama";
    if (key != "openai") description->routes.emplace_back("messages");
    auto base_url = providers::normalise_base_url("http://127.0.0.1:1/v1", *description);
    auto& standing = standings.key(key, key_name, {});
    upstreams.push_back({.provider = std::make_shared<const providers::OpenAICompatibleProvider>(
                             std::move(description), std::move(*base_url), Secret(),
                             net::AddressPolicy::private_allowed),
                         .key_name = std::move(key_name),
                         .weight = 1,
                         .key = &standing});
    return *this;
  }
  UpstreamsPointer pointer() const { return std::make_shared<const Upstreams>(upstreams); }
  Endpoints endpoints() {
    return {pointer(), standings, [this] {
              ++asked;
              return catalogue;
            }};
  }
};

// "openai gpt-4o": who, and under what name.
std::vector<std::string> names(const ModelTargets& targets) {
  std::vector<std::string> all;
  for (const Target& target : targets.targets) {
    if (target.endpoint.tier != routing::Tier::standard) continue;  // see below
    all.push_back(std::string(target.upstream->provider->key()) + target.upstream->key_name + " " +
                  target.model);
  }
  return all;
}

TEST(Endpoints, AreOfAllWhoOfferTheModel) {
  Configured configured;
  Endpoints endpoints = configured.add("openrouter").add("openai").add("ollama").endpoints();
  const auto gpt = endpoints.of("openai/gpt-4o", chat, start);
  EXPECT_TRUE(gpt->known);
  EXPECT_EQ(gpt->model, "openai/gpt-4o");
  EXPECT_THAT(names(*gpt), ElementsAre("openrouter ", "openai gpt-4o"));
  EXPECT_THAT(names(*endpoints.of("meta/llama", chat, start)),
              ElementsAre("openrouter ", "ollama "));
  EXPECT_THAT(names(*endpoints.of("openai/gpt-secret", chat, start)),
              ElementsAre("openai gpt-secret"));
}

TEST(Endpoints, OfModelsThatNobodyListsAreTheDefaults) {
  Configured configured;
  Endpoints endpoints = configured.add("openrouter").add("openai").endpoints();
  const auto one = endpoints.of("who/knows", chat, start);
  const auto other = endpoints.of("who/knows-else", chat, start);
  EXPECT_FALSE(one->known);
  EXPECT_EQ(one->model, "who/knows");
  EXPECT_THAT(names(*one), ElementsAre("openrouter "));
  EXPECT_EQ(one->targets[0].standing, other->targets[0].standing);
  EXPECT_TRUE(one->targets[0].standing->any_model);
  EXPECT_EQ(one->targets[0].endpoint.prices.prompt, std::nullopt);
}

TEST(Endpoints, OfKnownModelsThatNoConfiguredProviderOffersToo) {
  Configured configured;
  Endpoints endpoints = configured.add("ollama").endpoints();
  const auto gpt = endpoints.of("openai/gpt-4o", chat, start);
  EXPECT_TRUE(gpt->known);
  EXPECT_THAT(names(*gpt), ElementsAre("ollama "));
  EXPECT_FALSE(gpt->targets[0].standing->any_model);
}

catalog::Model text_model(std::string id, std::int64_t price) {
  catalog::Model made = with_prices(model(std::move(id)), price);
  made.input_modalities = made.output_modalities = {"text"};
  return made;
}

struct Any {
  Any() {
    catalog::Model picture = text_model("groq/picture", 1);
    picture.output_modalities = {"image"};
    catalog::Model gone = text_model("groq/gone", 1);
    gone.expires = std::chrono::sys_days{};
    const std::vector<catalog::Listing> lists{
        listing("groq", {text_model("groq/large", 5'000), text_model("groq/small", 1'000), picture,
                         gone, model("groq/nobody-knows-what")}),
        listing("ollama", {model("here/llama"), model("here/nomic-embed")})};
    configured.catalogue = std::make_shared<const catalog::Catalogue>(lists);
    ask.prompt_tokens = ask.output_tokens = 100;
  }
  std::vector<std::string> found(Endpoints& endpoints, const routing::AnyModel& wishes = {}) const {
    const auto asked = endpoints.of("openrouter/auto", chat, start);
    EXPECT_TRUE(asked->any);
    return names(*endpoints.of_any(*asked, chat, ask, wishes, start).value());
  }
  Configured configured;
  routing::Ask ask;
};

TEST(Endpoints, OfAnyModelAreThoseThatWriteTextTheCheapestFirst) {
  Any any;
  Endpoints endpoints = any.configured.add("groq").add("groq", "2").add("ollama").endpoints();
  EXPECT_THAT(any.found(endpoints),
              ElementsAre("ollama here/llama", "groq groq/small", "groq2 groq/small",
                          "groq groq/large", "groq2 groq/large"));
  EXPECT_THAT(any.found(endpoints, {.allowed = {"*/large"}, .excluded = {}}),
              ElementsAre("groq groq/large", "groq2 groq/large"));
  const auto asked = endpoints.of("openrouter/auto:floor", chat, start);
  EXPECT_TRUE(asked->variants.has(catalog::Variant::floor));
  const auto refused = endpoints.of_any(
      *asked, chat, any.ask, {.allowed = {"nobody/*"}, .excluded = {}, .cost_band = 0}, start);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::not_found);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("5 not allowed by their names"));
  const auto small = endpoints.of("groq/small", chat, start);
  const auto again = endpoints.of_any(*asked, chat, any.ask, {}, start).value();
  EXPECT_EQ(again->targets[1].standing, small->targets[0].standing) << "it is the same endpoint";
  EXPECT_TRUE(again->targets[2].endpoint.another_key);
}

TEST(Endpoints, OfAnyModelAreOpenRoutersWhereItCanBeAsked) {
  Any any;
  Endpoints endpoints = any.configured.add("groq").add("openrouter").endpoints();
  const auto asked = endpoints.of("openrouter/auto", chat, start);
  EXPECT_FALSE(asked->any);
  EXPECT_THAT(names(*asked), ElementsAre("openrouter "));
}

TEST(Endpoints, EachKeyIsOne) {
  Configured configured;
  Endpoints endpoints = configured.add("openai").add("openai", "2").add("openrouter").endpoints();
  const auto gpt = endpoints.of("openai/gpt-4o", chat, start);
  EXPECT_THAT(names(*gpt), ElementsAre("openai gpt-4o", "openai2 gpt-4o", "openrouter "));
  EXPECT_NE(gpt->targets[0].standing, gpt->targets[1].standing);
  EXPECT_FALSE(gpt->targets[0].endpoint.another_key);
  EXPECT_TRUE(gpt->targets[1].endpoint.another_key);
  EXPECT_FALSE(gpt->targets[2].endpoint.another_key);
  EXPECT_THAT(names(*endpoints.of("unheard-of", chat, start)), ElementsAre("openai ", "openai2 "));
}

TEST(Endpoints, TheFactsAreOfOfferModelAndProvider) {
  Configured configured;
  Endpoints endpoints = configured.add("openrouter").add("openai").add("ollama").endpoints();
  const auto gpt = endpoints.of("openai/gpt-4o", chat, start);
  const routing::Endpoint& meta = gpt->targets[0].endpoint;
  EXPECT_TRUE(meta.meta);
  EXPECT_EQ(meta.prices.prompt, 2'500'000'000);
  EXPECT_EQ(meta.context_length, 128'000);
  const routing::Endpoint& direct = gpt->targets[1].endpoint;
  EXPECT_FALSE(direct.meta);
  EXPECT_EQ(direct.provider, "openai");
  EXPECT_EQ(direct.tag, "openai");
  EXPECT_EQ(direct.prices.completion, 10'000'000'000) << "the author's own is the list price";
  EXPECT_TRUE(direct.parameters.has(routing::Parameter::tools));
  EXPECT_FALSE(direct.parameters.has(routing::Parameter::seed));
  EXPECT_TRUE(direct.input.has(routing::Modality::image));
  EXPECT_FALSE(direct.input.has(routing::Modality::audio));
  EXPECT_TRUE(direct.data.collects);
  const auto llama = endpoints.of("meta/llama", chat, start);
  const routing::Endpoint& local = llama->targets[1].endpoint;
  EXPECT_EQ(local.prices.prompt, 0);
  EXPECT_TRUE(local.data.zero_retention);
  EXPECT_FALSE(local.data.collects);
  EXPECT_TRUE(local.parameters.has(routing::Parameter::seed)) << "nobody says what it lacks";
  EXPECT_EQ(llama->targets[0].endpoint.prices.prompt, std::nullopt);
}

// data/prices/groq.json has both gemmas.
TEST(Endpoints, PricesAreTheProvidersOwnThenTheOperatorsThenTheSheets) {
  Configured configured;
  Endpoints endpoints = configured.add("groq").endpoints();
  const auto price_of = [&](std::string_view model) {
    return endpoints.of(model, chat, start)->targets[0].endpoint.prices.prompt;
  };
  EXPECT_EQ(price_of("gemma-7b-it"), 1);
  EXPECT_EQ(price_of("gemma2-9b-it"), 200'000'000);
  EXPECT_EQ(price_of("new"), std::nullopt);
  const EmbeddedFile file{.name = "groq.json",
                          .text = R"({"provider": "groq", "source": "me", "date": "2026-11-23",
            "models": [{"id": "gemma2-9b-it", "match": {"equals": "gemma2-9b-it"},
                        "periods": [{"rates": {"input": "7", "output": "8"}}]},
                       {"id": "gemma-7b-it", "match": {"equals": "gemma-7b-it"},
                        "periods": [{"rates": {"input": "7", "output": "8"}}]}]})"};
  auto read = pricing::PriceSheet::read(std::span(&file, 1));
  ASSERT_TRUE(read) << read.error().message;
  endpoints.use(std::make_shared<const pricing::PriceSheet>(std::move(*read)));
  EXPECT_EQ(price_of("gemma2-9b-it"), 7'000'000'000);
  EXPECT_EQ(price_of("gemma-7b-it"), 1);
}

TEST(Endpoints, PricesAreLessTheDiscountThatTheOperatorIsGranted) {
  Configured configured;
  Endpoints endpoints = configured.add("groq").endpoints();
  const EmbeddedFile file{.name = "groq.json",
                          .text = R"({"provider": "groq", "source": "me", "date": "2026-11-23",
            "models": [], "discounts": [{"match": {"contains": ""}, "discount": "0.25"},
              {"match": {"equals": "gemma-7b-it"}, "discount": "0.5", "to": "2026-01-01"}]})"};
  auto read = pricing::PriceSheet::read(std::span(&file, 1));
  ASSERT_TRUE(read) << read.error().message;
  endpoints.use(std::make_shared<const pricing::PriceSheet>(std::move(*read)));
  const auto prices = endpoints.of("gemma2-9b-it", chat, start)->targets[0].endpoint.prices;
  EXPECT_EQ(prices.prompt, 150'000'000);
  EXPECT_EQ(prices.request, std::nullopt);
  EXPECT_EQ(endpoints.of("gemma-7b-it", chat, start)->targets[0].endpoint.prices.completion, 3);
}

// data/prices/openai.json has the tiers of gpt-5.
TEST(Endpoints, TiersThatASheetPricesAreEndpointsOfTheirOwn) {
  Configured configured;
  const std::vector<catalog::Listing> lists{listing("openai", {model("gpt-5"), model("gpt-4o")}),
                                            listing("openrouter", {model("openai/gpt-5")})};
  configured.catalogue = std::make_shared<const catalog::Catalogue>(lists);
  Endpoints endpoints = configured.add("openai").add("openai", "2").add("openrouter").endpoints();
  std::vector<std::string> tags;
  const auto made = endpoints.of("openai/gpt-5", chat, start);
  for (const Target& target : made->targets) {
    tags.push_back(target.endpoint.tag + (target.endpoint.another_key ? "+" : "") +
                   (target.sold_with_priority ? "" : " alone"));
  }
  EXPECT_THAT(tags, ElementsAre("openai", "openai+", "openrouter alone", "openai/flex",
                                "openai/flex+", "openai/priority", "openai/priority+"));
  EXPECT_EQ(made->targets[0].endpoint.prices.prompt, 1'250'000'000);
  EXPECT_EQ(made->targets[3].endpoint.prices.prompt, 625'000'000);
  EXPECT_EQ(made->targets[5].endpoint.prices.completion, 20'000'000'000);
  EXPECT_NE(made->targets[3].standing, made->targets[0].standing);
  EXPECT_TRUE(routing::matches("openai/flex", made->targets[3].endpoint));
  EXPECT_FALSE(routing::matches("openai", made->targets[3].endpoint));
  const auto gpt_4o = endpoints.of("openai/gpt-4o", chat, start);
  ASSERT_EQ(gpt_4o->targets.size(), 4U) << "it has no flex";
  EXPECT_EQ(gpt_4o->targets[2].endpoint.tag, "openai/priority");
  EXPECT_EQ(endpoints.of("openai/gpt-5", "embeddings", start)->targets.size(), 2U) << "its keys";
}

TEST(Endpoints, WeightsAndPoliciesAreTheOperators) {
  Configured configured;
  configured.add("openai");
  configured.upstreams[0].routing_weight = 3;
  configured.upstreams[0].policy = {.collects = false,
                                    .zero_retention = true,
                                    .distillable = true,
                                    .quantization = routing::Quantization::fp8};
  Endpoints endpoints = configured.add("ollama").endpoints();
  const auto endpoint = endpoints.of("openai/gpt-4o", chat, start)->targets[0].endpoint;
  EXPECT_EQ(endpoint.weight, 3);
  EXPECT_FALSE(endpoint.data.collects);
  EXPECT_TRUE(endpoint.data.zero_retention);
  EXPECT_TRUE(endpoint.data.distillable);
  EXPECT_EQ(endpoint.quantization, routing::Quantization::fp8);
  const auto local = endpoints.of("meta/llama", chat, start)->targets[0].endpoint;
  EXPECT_FALSE(local.data.collects) << "nobody has to say it of one's own server";
}

TEST(Endpoints, RoutesAreAnsweredByWhoSaysSoAndTheDefault) {
  Configured configured;
  Endpoints endpoints = configured.add("openrouter").add("openai").endpoints();
  EXPECT_THAT(names(*endpoints.of("openai/gpt-4o", "messages", start)), ElementsAre("openrouter "));
  Configured other;
  Endpoints direct = other.add("openai").add("openrouter").endpoints();
  EXPECT_THAT(names(*direct.of("openai/gpt-4o", "messages", start)),
              ElementsAre("openai gpt-4o", "openrouter "));
}

TEST(Endpoints, NamesAreWrittenAsTheirProvidersDo) {
  Configured configured;
  Endpoints endpoints = configured.add("openrouter").add("openai").endpoints();
  const auto fast = endpoints.of("openai/gpt-4o:nitro", chat, start);
  EXPECT_TRUE(fast->variants.has(catalog::Variant::nitro));
  EXPECT_THAT(names(*fast), ElementsAre("openrouter ", "openai gpt-4o"));
  EXPECT_THAT(names(*endpoints.of("gpt-4o:nitro", chat, start)),
              ElementsAre("openrouter openai/gpt-4o:nitro", "openai gpt-4o"));
  EXPECT_THAT(names(*endpoints.of("gpt-4o", chat, start)),
              ElementsAre("openrouter openai/gpt-4o", "openai "));
  EXPECT_THAT(names(*endpoints.of("openai/gpt-4o:online", chat, start)),
              ElementsAre("openrouter "));
  EXPECT_THAT(names(*endpoints.of("openai/gpt-4o@preset/mine", chat, start)),
              ElementsAre("openrouter "));
}

TEST(Endpoints, WhatOpenRouterAloneDoesIsLeftToItByAnyName) {
  Configured configured;
  Endpoints endpoints = configured.add("openai").add("openrouter").endpoints();
  for (const auto* const name :
       {"openai/gpt-4o:online", "gpt-4o@preset/mine", "@preset/mine", "who/knows:online"}) {
    const auto asked = endpoints.of(name, chat, start);
    EXPECT_FALSE(asked->openrouters.empty()) << name;
    ASSERT_EQ(asked->targets.size(), 1U) << name;
    EXPECT_TRUE(asked->targets[0].endpoint.meta) << name;
  }
  Configured alone;
  Endpoints direct = alone.add("openai").endpoints();
  EXPECT_EQ(direct.of("openai/gpt-4o:online", chat, start)->openrouters, "\":online\"");
  EXPECT_EQ(direct.of("@preset/mine", chat, start)->openrouters, "a preset");
  EXPECT_EQ(direct.of("openai/gpt-4o:nitro", chat, start)->openrouters, "");
}

TEST(Endpoints, ModalitiesThatAreNewToUsExcludeNothing) {
  catalog::Model strange = model("new-senses");
  strange.output_modalities = {"text", "smell"};
  catalog::Model ranks = model("ranks");
  ranks.output_modalities = {"rerank"};
  Configured configured;
  const std::vector<catalog::Listing> lists{listing("groq", {strange, ranks})};
  configured.catalogue = std::make_shared<const catalog::Catalogue>(lists);
  Endpoints endpoints = configured.add("groq").endpoints();
  const auto of = [&](std::string_view name) {
    return endpoints.of(name, chat, start)->targets[0].endpoint.output;
  };
  EXPECT_TRUE(of("new-senses").has(routing::Modality::embeddings));
  EXPECT_TRUE(of("ranks").has(routing::Modality::rerank));
  EXPECT_FALSE(of("ranks").has(routing::Modality::text));
}

TEST(Endpoints, AreRememberedUntilListsOrUpstreamsChange) {
  Configured configured;
  Endpoints endpoints = configured.add("openrouter").add("openai").endpoints();
  const auto first = endpoints.of("openai/gpt-4o", chat, start);
  EXPECT_EQ(endpoints.of("openai/gpt-4o", chat, start), first);
  EXPECT_EQ(configured.asked, 1);
  configured.catalogue = make_catalogue();
  EXPECT_EQ(endpoints.of("openai/gpt-4o", chat, start + std::chrono::milliseconds(999)), first);
  const auto second = endpoints.of("openai/gpt-4o", chat, start + std::chrono::seconds(1));
  EXPECT_NE(second, first);
  EXPECT_EQ(second->targets[0].standing, first->targets[0].standing);
  endpoints.use(configured.pointer());
  EXPECT_NE(endpoints.of("openai/gpt-4o", chat, start + std::chrono::seconds(1)), second);
  EXPECT_EQ(first->targets.size(), 3) << "those under way keep theirs";
}

TEST(Endpoints, InventedNamesMakeNothingGrow) {
  Configured configured;
  Endpoints endpoints = configured.add("openrouter").endpoints();
  for (std::size_t i = 0; i < 2 * Endpoints::remembered_max; ++i) {
    (void)endpoints.of("made/up-" + std::to_string(i), chat, start);
  }
  (void)endpoints.of(std::string(100'000, 'x'), chat, start);
  EXPECT_EQ(configured.standings.endpoints().size(), 1);
}

}  // namespace
}  // namespace tollway::dispatch
