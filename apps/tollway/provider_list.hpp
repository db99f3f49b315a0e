// A provider's own answer to the question for its models, whole, for the catalogue.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "catalog/listing.hpp"
#include "catalog/store.hpp"
#include "tollway/provider.hpp"

namespace tollway {

// Asks with the key and base URL of the settings; blocks for 30 seconds at most. Errors as of
// Provider::list_models.
[[nodiscard]] Result<catalog::KeptList> fetch_list(const std::shared_ptr<const Provider>& provider,
                                                   const SettingsSnapshot& settings);

// The kept list as a listing; nullopt where there is none that can be read.
[[nodiscard]] std::optional<catalog::Listing> kept_listing(
    const std::shared_ptr<const Provider>& provider, const catalog::Store& store);

// The same, and where none is kept the one that the program was made with, which is OpenRouter's.
[[nodiscard]] std::optional<catalog::Listing> known_listing(
    const std::shared_ptr<const Provider>& provider, const catalog::Store& store);
// Its models as the provider would list them to `tollway models`.
[[nodiscard]] std::vector<ModelInfo> models_of(const catalog::Listing& listing,
                                               const Provider& provider);

// Null for a provider that is a program's own class.
[[nodiscard]] providers::DescriptionPointer description_of(
    const std::shared_ptr<const Provider>& provider);

// Unix seconds.
[[nodiscard]] std::int64_t seconds_now();

}  // namespace tollway
