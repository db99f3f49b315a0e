// What one provider's list of models held at one time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/model.hpp"
#include "providers/description.hpp"
#include "tollway/error.hpp"
#include "tollway/provider.hpp"

namespace tollway::catalog {

// The key of the one provider that has others behind it.
inline constexpr std::string_view openrouter_key = "openrouter";

struct Listing {
  std::string provider;       // key: "openrouter"
  std::string provider_name;  // "OpenRouter"
  std::int64_t as_of = 0;     // Unix seconds
  PriceSource source = PriceSource::provider_list;
  // Ids are slugs as they stand ("openai/gpt-4o"); else they are the vendor's own ("gpt-4o").
  bool slugs = false;
  // Known, but not offered: the provider is not configured. Its models lend others what they lack,
  // and their ids: it comes before the lists of those who offer.
  bool reference = false;
  // Nobody said so, but it is expected: see assumed_listing().
  bool assumed = false;
  // Members of the answer besides `data`, as JSON text without braces; empty: none.
  std::string envelope;
  // In the list's order. `id` is as the provider spells it, `offers` are empty, and of lists that
  // are not in OpenRouter's shape `row` is, but where it has prices of long prompts.
  std::vector<Model> models;
};

// Where the list is asked for under the base URL: "models?output_modalities=all" at OpenRouter,
// which hides what gives no text unless it is asked for.
[[nodiscard]] std::string list_path(const providers::Description& description);

// Reads what `description`'s models path answered. Rows in OpenRouter's shape are kept whole,
// whoever sent them; other formats are read by providers::read_model_list. What cannot be read is
// left out; Errc::upstream_invalid where the whole is no list.
[[nodiscard]] Result<Listing> read_listing(const providers::Description& description,
                                           std::string_view body, std::int64_t as_of);

// Of models that were read already, of the provider `key`.
[[nodiscard]] Listing listing_of(const providers::Description& description,
                                 const std::vector<ModelInfo>& models, std::int64_t as_of);

// OpenRouter's models as the program was made with them: read anew at each call, some 10 ms and
// 1 MB, for who needs them for a moment; or read once and kept. Thread-safe.
[[nodiscard]] Listing read_built_in_listing();
[[nodiscard]] const Listing& built_in_listing();

// What a provider that has never answered is expected to offer: the models of the built-in sheet
// whose author it is; empty where it is author of none.
[[nodiscard]] Listing assumed_listing(const providers::Description& description);

}  // namespace tollway::catalog
