// What models can do, where who states their price does not say.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tollway/pricing.hpp"

namespace tollway::client {

// With what OpenRouter's list, as it is built in, says of the model: its context, its parameters
// and modalities. `provider` is a key in lower case. Only of models that the provider makes itself,
// and of OpenRouter's own: what others' servers can do with a model is theirs to say.
[[nodiscard]] ModelPricing with_capabilities(ModelPricing pricing, std::string_view provider);

// How long that list says the model's answers may be; nullopt: nobody knows.
[[nodiscard]] std::optional<std::int64_t> max_output_tokens(std::string_view provider,
                                                            std::string_view model);

}  // namespace tollway::client
