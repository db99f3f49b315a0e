#include "catalog/catalogue.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "providers/descriptor.hpp"

namespace tollway::catalog {
namespace {

providers::DescriptionPointer described(std::string_view key) {
  return providers::find(providers::built_in(), key);
}

Listing listing(std::string_view provider, std::string_view body, std::int64_t as_of = 1000) {
  auto read = read_listing(*described(provider), body, as_of);
  EXPECT_TRUE(read) << read.error().message;
  return std::move(*read);
}

constexpr std::string_view openrouter_rows = R"json({"data":[
  {"id":"openai/gpt-4o","canonical_slug":"openai/gpt-4o","name":"GPT-4o","created":1715558400,
   "context_length":128000,"architecture":{"input_modalities":["text","image"],
   "output_modalities":["text"],"tokenizer":"GPT"},"pricing":{"prompt":"0.0000025",
   "completion":"0.00001"},"top_provider":{"max_completion_tokens":16384},
   "supported_parameters":["tools"],"not_yet_invented":{"kept":[1,2.5]}},
  {"id":"anthropic/claude-sonnet-4.5","canonical_slug":"anthropic/claude-4.5-sonnet-20250929",
   "name":"Claude Sonnet 4.5","created":1759161676,"context_length":1000000,
   "architecture":{"tokenizer":"Claude"},"pricing":{"prompt":"0.000003","completion":"0.000015",
   "input_cache_write_1h":"0.000006"},"expiration_date":"2026-05-05"},
  {"id":"~anthropic/claude-sonnet-latest","canonical_slug":"~anthropic/claude-sonnet-latest",
   "name":"latest","architecture":{"tokenizer":"Router"},
   "pricing":{"prompt":"0.000003","completion":"0.000015"}},
  {"id":"meta-llama/llama-3.3-70b-instruct:free","name":"Llama (free)",
   "canonical_slug":"meta-llama/llama-3.3-70b-instruct","architecture":{"tokenizer":"Llama3"},
   "pricing":{"prompt":"0","completion":"0"}},
  {"id":"meta-llama/llama-3.3-70b-instruct","name":"Llama",
   "canonical_slug":"meta-llama/llama-3.3-70b-instruct","architecture":{"tokenizer":"Llama3"},
   "hugging_face_id":"meta-llama/Llama-3.3-70B-Instruct",
   "pricing":{"prompt":"0.0000001","completion":"0.00000032"}},
  {"id":"openrouter/auto","canonical_slug":"openrouter/auto","name":"Auto",
   "architecture":{"tokenizer":"Router"},"pricing":{"prompt":"-1","completion":"-1"}},
  {"id":7}, "no row"]})json";

std::string id_of(const Catalogue& catalogue, std::string_view name) {
  const auto found = catalogue.find(name);
  return found ? found->target->id : "";
}

TEST(Catalogue, models_are_found_by_all_their_names) {
  const std::vector<Listing> listings{listing("openrouter", openrouter_rows)};
  const Catalogue catalogue(listings);
  EXPECT_EQ(catalogue.models().size(), 6U);
  const std::string sonnet = "anthropic/claude-sonnet-4.5";
  for (const std::string_view name :
       {"anthropic/claude-sonnet-4.5", "Anthropic/Claude-Sonnet-4.5",
        "anthropic/claude-4.5-sonnet-20250929", "anthropic/claude-4.5-sonnet",
        "anthropic/claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5",
        "~anthropic/claude-sonnet-latest", "anthropic/claude-sonnet-4.5:nitro",
        "anthropic/claude-sonnet-4.5:floor:online@preset/x"}) {
    EXPECT_EQ(id_of(catalogue, name), sonnet) << name;
  }
  EXPECT_EQ(id_of(catalogue, "meta-llama/Llama-3.3-70B-Instruct"),
            "meta-llama/llama-3.3-70b-instruct");
  for (const std::string_view name : {"", "anthropic", "anthropic/claude-sonnet-5", "@preset/x"}) {
    EXPECT_EQ(id_of(catalogue, name), "") << name;
  }
  EXPECT_EQ(id_of(catalogue, std::string(10'000, 'a')), "");
}

TEST(Catalogue, says_how_a_model_was_found) {
  const std::vector<Listing> listings{listing("openrouter", openrouter_rows)};
  const Catalogue catalogue(listings);
  const auto by = [&catalogue](std::string_view name) { return catalogue.find(name)->by; };
  EXPECT_EQ(by("openai/gpt-4o"), NamedBy::id);
  EXPECT_EQ(by("anthropic/claude-4.5-sonnet-20250929"), NamedBy::canonical_slug);
  EXPECT_EQ(by("~anthropic/claude-sonnet-latest"), NamedBy::alias);
  EXPECT_EQ(by("anthropic/claude-sonnet-4-5"), NamedBy::spelling);
  EXPECT_EQ(by("openai/gpt-4o-2031-01-01"), NamedBy::undated);
  EXPECT_EQ(by("gpt-4o"), NamedBy::vendor);
  EXPECT_EQ(catalogue.find("~anthropic/claude-sonnet-latest")->model->id,
            "~anthropic/claude-sonnet-latest");
}

TEST(Catalogue, static_variants_have_rows_of_their_own_and_dynamic_ones_do_not) {
  const std::vector<Listing> listings{listing("openrouter", openrouter_rows)};
  const Catalogue catalogue(listings);
  const auto free = catalogue.find("meta-llama/llama-3.3-70b-instruct:free:nitro");
  ASSERT_TRUE(free);
  EXPECT_EQ(free->model->id, "meta-llama/llama-3.3-70b-instruct:free");
  EXPECT_TRUE(free->variants.has(Variant::nitro));
  EXPECT_FALSE(free->variants.has(Variant::free));
  // Nobody who asks for a free model is given one that costs.
  EXPECT_FALSE(catalogue.find("openai/gpt-4o:free"));
  // The slug that both share is the base's.
  EXPECT_EQ(id_of(catalogue, "meta-llama/llama-3.3-70b-instruct"),
            "meta-llama/llama-3.3-70b-instruct");
}

TEST(Catalogue, reads_what_a_row_says) {
  const std::vector<Listing> listings{listing("openrouter", openrouter_rows, 4711)};
  const Catalogue catalogue(listings);
  const Model& sonnet = *catalogue.find("anthropic/claude-sonnet-4.5")->model;
  EXPECT_EQ(sonnet.prices[PriceKey::prompt], 3'000'000'000);
  EXPECT_EQ(sonnet.prices[PriceKey::input_cache_write_1h], 6'000'000'000);
  EXPECT_EQ(sonnet.prices[PriceKey::image], std::nullopt);
  EXPECT_EQ(sonnet.prices.source, PriceSource::provider_list);
  EXPECT_EQ(sonnet.prices.as_of, 4711);
  using namespace std::chrono_literals;
  EXPECT_EQ(sonnet.expires, std::chrono::sys_days(2026y / 5 / 5));
  EXPECT_TRUE(catalogue.find("openrouter/auto")->model->prices.dynamic);
  EXPECT_FALSE(catalogue.find("openrouter/auto")->model->prices.known());
  const Model& gpt = *catalogue.find("openai/gpt-4o")->model;
  EXPECT_EQ(gpt.max_output_tokens, 16384);
  EXPECT_EQ(gpt.tokenizer, "GPT");
  // Rows are kept whole, with what nobody here knows.
  EXPECT_EQ(boost::json::parse(gpt.row).at("not_yet_invented"),
            boost::json::parse(R"({"kept":[1,2.5]})"));
}

TEST(Catalogue, vendors_names_map_both_ways) {
  const std::vector<Listing> listings{
      listing("openrouter", openrouter_rows),
      listing("openai", R"({"data":[{"id":"gpt-4o","created":1},{"id":"gpt-4o-2024-08-06"},
                            {"id":"tts-1"}]})"),
      listing("anthropic", R"({"data":[{"id":"claude-sonnet-4-5-20250929"}]})"),
      listing("ollama", R"({"models":[{"model":"llama3.2:3b","name":"llama3.2:3b"}]})")};
  const Catalogue catalogue(listings);
  const Model* gpt = catalogue.find_offered("openai", "gpt-4o");
  ASSERT_NE(gpt, nullptr);
  EXPECT_EQ(gpt->id, "openai/gpt-4o");
  EXPECT_EQ(Catalogue::offer_of(*gpt, "openai")->model, "gpt-4o");
  EXPECT_EQ(Catalogue::offer_of(*gpt, "openrouter")->model, "openai/gpt-4o");
  EXPECT_EQ(Catalogue::offer_of(*gpt, "ollama"), nullptr);
  EXPECT_EQ(catalogue.find_offered("anthropic", "claude-sonnet-4-5-20250929")->id,
            "anthropic/claude-sonnet-4.5");
  EXPECT_EQ(catalogue.find_offered("anthropic", "gpt-4o"), nullptr);
  // What only the vendor has is named after it.
  const Model& speech = *catalogue.find("openai/tts-1")->model;
  EXPECT_FALSE(speech.prices.known());
  const auto row = boost::json::parse(speech.row);
  EXPECT_EQ(row.at("pricing").at("prompt"), "-1");
  EXPECT_EQ(row.at("id"), "openai/tts-1");
  const Model& local = *catalogue.find("ollama/llama3.2:3b")->model;
  EXPECT_EQ(local.prices[PriceKey::prompt], 0);
  EXPECT_EQ(local.prices.source, PriceSource::local);
  EXPECT_EQ(id_of(catalogue, "llama3.2:3b"), "ollama/llama3.2:3b");
}

TEST(Catalogue, a_reference_lends_data_and_offers_nothing) {
  std::vector<Listing> listings{built_in_listing(),
                                listing("openai", R"({"data":[{"id":"gpt-4o"}]})")};
  listings.front().reference = true;
  const Catalogue catalogue(listings);
  const Model& gpt = *catalogue.find("gpt-4o")->model;
  EXPECT_EQ(gpt.context_length, 128'000);
  ASSERT_EQ(gpt.offers.size(), 1U);
  EXPECT_EQ(gpt.offers.front().provider, "openai");
  EXPECT_TRUE(catalogue.find("anthropic/claude-sonnet-4.5")->model->offers.empty());
}

TEST(Catalogue, a_vendors_dated_model_is_another_where_it_lists_both) {
  std::vector<Listing> listings{built_in_listing(),
                                listing("openai", R"({"data":[{"id":"gpt-4-0613"},{"id":"gpt-4"},
                                                      {"id":"gpt-4-9999"}]})")};
  listings.front().reference = true;
  const Catalogue catalogue(listings);
  EXPECT_EQ(catalogue.find_offered("openai", "gpt-4")->id, "openai/gpt-4");
  const Model& dated = *catalogue.find_offered("openai", "gpt-4-0613");
  EXPECT_EQ(dated.id, "openai/gpt-4-0613");
  EXPECT_EQ(dated.offers.size(), 1U);
  EXPECT_EQ(dated.context_length, catalogue.find("openai/gpt-4")->model->context_length);
  // What it costs nobody has said.
  EXPECT_FALSE(dated.prices.known());
}

TEST(Catalogue, aliases_are_names_and_ids_come_before_them) {
  const std::vector<Listing> listings{listing(
      "mistral",
      R"({"data":[{"id":"m-2512","aliases":["m-latest","m-2",7],"deprecation":"2031-01-02T00:00:00Z"},
          {"id":"m-2","aliases":["m-2512"]}]})")};
  const Catalogue catalogue(listings);
  EXPECT_EQ(catalogue.find_offered("mistral", "M-Latest")->id, "mistralai/m-2512");
  EXPECT_EQ(catalogue.find_offered("mistral", "m-2")->id, "mistralai/m-2");
  EXPECT_EQ(catalogue.find("mistralai/m-latest")->by, NamedBy::alias);
  EXPECT_EQ(catalogue.find("m-2512")->target->id, "mistralai/m-2512");
  using namespace std::chrono_literals;
  EXPECT_EQ(catalogue.find("mistralai/m-2512")->model->expires,
            std::chrono::sys_days(2031y / 1 / 2));
  const std::vector<Listing> xai{
      listing("xai", R"({"models":[{"id":"grok-4","aliases":["grok-latest"]}]})")};
  EXPECT_EQ(id_of(Catalogue(xai), "grok-latest"), "x-ai/grok-4");
}

TEST(Catalogue, what_is_no_list_is_refused) {
  for (const std::string_view body : {"", "[", "7", R"({"error":{"message":"no"}})"}) {
    const auto read = read_listing(*described("openrouter"), body, 0);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, Errc::upstream_invalid);
  }
}

TEST(Catalogue, the_built_in_sheet_is_whole) {
  const Catalogue catalogue(std::span(&built_in_listing(), 1));
  EXPECT_GE(catalogue.models().size(), 300U);
  for (const Model& model : catalogue.models()) {
    EXPECT_TRUE(model.prices.known() || model.prices.dynamic) << model.id;
    EXPECT_EQ(model.prices.source, PriceSource::built_in);
    const auto found = catalogue.find(model.id);
    ASSERT_TRUE(found) << model.id;
    EXPECT_EQ(found->model, &model);
    const bool is_alias = model.id.starts_with('~');
    EXPECT_EQ(is_alias, found->target != found->model) << model.id;
  }
  EXPECT_EQ(id_of(catalogue, "~openai/gpt-latest"), "openai/gpt-5.5");
  EXPECT_EQ(id_of(catalogue, "~openai/gpt-mini-latest"), "openai/gpt-5.4-mini");
  EXPECT_EQ(id_of(catalogue, "~anthropic/claude-opus-latest"), "anthropic/claude-opus-4.7");
  EXPECT_EQ(id_of(catalogue, "~anthropic/claude-sonnet-latest"), "anthropic/claude-sonnet-4.6");
  EXPECT_EQ(id_of(catalogue, "~anthropic/claude-haiku-latest"), "anthropic/claude-haiku-4.5");
  EXPECT_EQ(id_of(catalogue, "~google/gemini-flash-latest"), "google/gemini-3-flash-preview");
  EXPECT_EQ(id_of(catalogue, "~google/gemini-pro-latest"), "google/gemini-3.1-pro-preview");
  EXPECT_EQ(id_of(catalogue, "~moonshotai/kimi-latest"), "moonshotai/kimi-k2.6");
}

TEST(Catalogue, names_near) {
  const std::vector<Listing> listings{listing("openrouter", openrouter_rows)};
  const Catalogue catalogue(listings);
  EXPECT_THAT(catalogue.near("openai/gpt-40"), testing::Contains("openai/gpt-4o"));
  EXPECT_THAT(catalogue.near("claude-sonet-4.5"), testing::Contains("anthropic/claude-sonnet-4.5"));
}

}  // namespace
}  // namespace tollway::catalog
