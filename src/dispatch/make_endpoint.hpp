// An endpoint's facts, from what is known of model, offer and provider.
#pragma once

#include <optional>

#include "catalog/model.hpp"
#include "dispatch/upstreams.hpp"
#include "pricing/price_sheet.hpp"
#include "pricing/rates.hpp"
#include "providers/description.hpp"
#include "routing/endpoint.hpp"

namespace tollway::dispatch {

// Of a provider's offer of a model. What the offer leaves open the model says; what neither says
// excludes nothing, but prices, which are unknown then, and data policies, of which the worse is
// taken to be true. What runs on the own machine is free and keeps nothing. `rates` are those of a
// price sheet, for offers that state no prices; null: there are none.
[[nodiscard]] routing::Endpoint make_endpoint(const providers::Description& provider,
                                              const catalog::Model& model,
                                              const catalog::Offer& offer,
                                              const pricing::Rates* rates);
// The same with the rates of the operator's sheet, else of the built-in one, less the discount that
// the operator is granted. Where a price depends on the time of day, that of now. `overrides` may
// be null. Nullopt where no sheet knows what a tier costs, of any but the standard one.
[[nodiscard]] std::optional<routing::Endpoint> make_priced_endpoint(
    const providers::Description& provider, const catalog::Model& model,
    const catalog::Offer& offer, routing::Tier tier, const pricing::PriceSheet* overrides);
// Of a model that the provider is not known to offer: it can do everything.
[[nodiscard]] routing::Endpoint make_unlisted_endpoint(const providers::Description& provider,
                                                       std::string_view model);

// Makes it that of another tier, "openai/flex" of "openai", at the tier's rates.
void sell_in(routing::Endpoint& endpoint, routing::Tier tier, const pricing::Rates& rates);

// What the operator says of whoever is behind it: shares of the load, and policies where they are
// stated.
void apply(const Upstream& upstream, routing::Endpoint& endpoint);

// Less what the operator is granted.
void reduce(routing::EndpointPrices& prices, pricing::Discount discount);

}  // namespace tollway::dispatch
