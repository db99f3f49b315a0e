// Lists of models, as vendors answer them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "providers/description.hpp"
#include "tollway/provider.hpp"

namespace tollway::providers {

inline constexpr std::size_t model_list_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t listed_models_max = 20'000;
inline constexpr std::size_t listed_name_bytes_max = 256;

// Reads the answer to a request for `description`'s models, in the answer's order. What a vendor
// does not state stays unset. An entry without a usable id and a second one of the same id are left
// out, as is what is not of its field's type: lists come from outside. Errc::upstream_invalid where
// the whole is no list in the description's format.
[[nodiscard]] Result<std::vector<ModelInfo>> read_model_list(const Description& description,
                                                             std::string_view body);

// The list of a provider whose descriptor names its models.
[[nodiscard]] std::vector<ModelInfo> named_models(const Description& description);

// "OPENROUTER": how a key is written outside.
[[nodiscard]] std::string public_key(const Description& description);

}  // namespace tollway::providers
