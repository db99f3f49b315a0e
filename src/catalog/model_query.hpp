// What GET models can be asked (wire.md 5.1).
#pragma once

#include <cstdint>
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
  };

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
  Sort sort = Sort::none;
  // Asks for what only OpenRouter itself knows: categories, regions, data policies, its hosts, what
  // is popular or fast, or an RSS feed.
  bool only_upstream_knows = false;
};

// Reads a query without "?". Errc::bad_request for a value that is none of the allowed ones; names
// that are not known are ignored, as other clients send their own.
[[nodiscard]] Result<ModelQuery> read_model_query(std::string_view query);

// Those that are offered and pass, in order; what a model does not say passes no filter that asks
// for it and comes last. `now` in Unix seconds. Paging is not applied.
[[nodiscard]] std::vector<const Model*> select_models(const Catalogue& catalogue,
                                                      const ModelQuery& query, std::int64_t now);

// The body of an answer with a page of `models`. Without offset and limit all are on it.
struct ListAnswer {
  std::string_view path;   // that was asked, for the next page
  std::string_view query;  // that was asked
  std::string_view more;   // further members of the answer, as JSON without braces
};
[[nodiscard]] std::string list_answer(const std::vector<const Model*>& models,
                                      const ModelQuery& query, const ListAnswer& answer);

// "%7Eopenai" as "~openai"; what is no escape stays as it is. `plus_is_space` in queries.
[[nodiscard]] std::string percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace tollway::catalog
