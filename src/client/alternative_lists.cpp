#include "client/alternative_lists.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "catalog/listing.hpp"
#include "client/pricing_rows.hpp"
#include "client/provider_facts.hpp"
#include "dispatch/make_endpoint.hpp"

namespace tollway::client {
namespace {

std::int64_t unix_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

// A model that was made without a provider's facts has what its options say.
providers::Description description_of(const ChatModelOptions& options) {
  if (options.description != nullptr) return *options.description;
  providers::Description made;
  made.key = lower(options.provider_key);
  made.name = options.provider_name;
  made.local = options.is_local;
  made.chooses_providers = options.chooses_providers;
  return made;
}

// The other lists come behind the built-in one, whose facts of a model are the fullest.
std::vector<catalog::Listing> listings_of(std::span<const ChatUpstream> upstreams) {
  std::vector<catalog::Listing> listings{catalog::built_in_listing()};
  listings.front().reference = true;
  for (const ChatUpstream& upstream : upstreams) {
    const ChatModelOptions& options = upstream.facts->options;
    const providers::Description description = description_of(options);
    auto told = options.lists == nullptr ? std::nullopt : options.lists->model(options.model);
    if (!told && description.key == catalog::openrouter_key) {
      listings.front().reference = false;
      continue;
    }
    if (!told) told.emplace().id = options.model;
    listings.push_back(catalog::listing_of(description, {std::move(*told)}, unix_now()));
  }
  return listings;
}

}  // namespace

AlternativeLists::AlternativeLists(std::span<const ChatUpstream> upstreams)
    : catalogue_(listings_of(upstreams)) {}

// OpenRouter knows its models by several names, with variants behind them; others by theirs alone.
routing::Endpoint AlternativeLists::endpoint_of(const ChatModelOptions& options) const {
  const providers::Description description = description_of(options);
  const catalog::Model* model = catalogue_.find_offered(description.key, options.model);
  if (model == nullptr && description.chooses_providers) {
    if (const auto found = catalogue_.find(options.model)) model = found->target;
  }
  const auto* const offer =
      model == nullptr ? nullptr : catalog::Catalogue::offer_of(*model, description.key);
  if (offer == nullptr) return dispatch::make_unlisted_endpoint(description, options.model);
  // Of the standard tier there always is one.
  return *dispatch::make_priced_endpoint(description, *model, *offer, routing::Tier::standard,
                                         options.price_overrides.get());
}

}  // namespace tollway::client
