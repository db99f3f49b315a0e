// What GET models can be asked (wire.md 5.1).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "catalog/catalogue.hpp"

namespace tollway::catalog {

struct Range {
  std::optional<double> min;
  std::optional<double> max;
  [[nodiscard]] bool any() const noexcept { return min || max; }
};

struct ModelQuery {
  static constexpr std::int64_t limit_default = 500;
  static constexpr std::int64_t limit_max = 1000;
  enum class Sort : std::uint8_t {
    none,
    newest,
    pricing_low_to_high,
    pricing_high_to_low,
    context_high_to_low,
    intelligence_high_to_low,
    coding_high_to_low,
    agentic_high_to_low,
    design_arena_elo_high_to_low,
    most_popular,
    top_weekly,
    throughput_high_to_low,
    latency_low_to_high,
  };
  enum class Feed : std::uint8_t { none, rss };

  std::optional<std::int64_t> offset;
  std::optional<std::int64_t> limit;
  std::string words;                                   // in id or name, without regard to case
  std::vector<std::string> supported_parameters;       // all of them
  std::vector<std::string> input_modalities;           // all of them
  std::vector<std::string> output_modalities{"text"};  // one of them; empty: whatever it gives
  std::optional<std::int64_t> context_min;
  Range price;                       // of a million prompt tokens, dollars
  Range output_price;                // of a million completion tokens
  std::string architecture;          // the tokenizer's family
  std::vector<std::string> authors;  // one of them
  Range age_days;
  Range intelligence_index;
  Range coding_index;
  Range agentic_index;
  std::vector<std::string> providers;  // keys or names, lower case; one of them
  std::string category;
  std::string region;
  bool zero_retention = false;
  std::optional<bool> distillable;
  Range tool_success;  // share of tool calls that could be used, from 0 to 1
  Sort sort = Sort::none;
  Feed feed = Feed::none;

  // Asks for what lists of models don't tell.
  [[nodiscard]] bool filters_offers() const noexcept {
    return !providers.empty() || !category.empty() || !region.empty() || zero_retention ||
           distillable || tool_success.any();
  }
};
[[nodiscard]] std::string_view name_of(ModelQuery::Sort sort) noexcept;  // "newest"
// Whether the order depends on how models do rather than on what lists say.
[[nodiscard]] bool is_measured(ModelQuery::Sort sort) noexcept;

// Reads a query without "?". Errc::bad_request for a value that is none of the allowed ones; names
// that are not known are ignored, as other clients send their own.
[[nodiscard]] Result<ModelQuery> read_model_query(std::string_view query);

// What is known of an offer besides; nullopt: nobody knows.
struct OfferFacts {
  std::optional<bool> zero_retention;
  std::optional<bool> distillable;
  std::optional<double> tool_success;     // from 0 to 1
  std::optional<double> latency_ms;       // until the first token
  std::optional<double> tokens_a_second;  // that half of the requests reach
  std::optional<double> requests;         // lately
};
struct Knowledge {
  std::function<OfferFacts(const Model&, const Offer&)> facts;  // empty: nothing is known
  // The ids of OpenRouter's models that pass, in its order, of a query that filters_offers() or
  // whose order is_measured(); null: it was not asked or said nothing.
  const std::vector<std::string>* openrouters = nullptr;
};

// Those that are offered and pass, in order; what is not known of a model passes no filter that
// asks for it and comes last. Offers are judged one by one: OpenRouter's by its own word, where it
// gave one. `now` in Unix seconds. Paging is not applied.
[[nodiscard]] std::vector<const Model*> select_models(const Catalogue& catalogue,
                                                      const ModelQuery& query, std::int64_t now,
                                                      const Knowledge& knowledge = {});

// The body of an answer with a page of `models`. Without offset and limit all are on it.
struct ListAnswer {
  std::string_view path;   // that was asked, for the next page
  std::string_view query;  // that was asked
  std::string_view more;   // further members of the answer, as JSON without braces
  std::int64_t now = 0;    // Unix seconds: prices may depend on the time of day
};
[[nodiscard]] std::string list_answer(const std::vector<const Model*>& models,
                                      const ModelQuery& query, const ListAnswer& answer);

// The models of the page as an RSS 2.0 feed; `site` is where the gateway is reached:
// "http://localhost:8080".
[[nodiscard]] std::string rss_answer(const std::vector<const Model*>& models,
                                     const ModelQuery& query, std::string_view site);

// "%7Eopenai" as "~openai"; what is no escape stays as it is. `plus_is_space` in queries.
[[nodiscard]] std::string percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace tollway::catalog
