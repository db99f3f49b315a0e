// What tollway.toml sets.
#pragma once

#include <string>
#include <string_view>

#include "settings/snapshot_state.hpp"

namespace tollway::settings {

inline constexpr std::size_t toml_bytes_max = 1024 * 1024;

// Nested tables are dotted keys: [llm.openrouter] url = "..." sets llm.openrouter.url. Errors say
// "file:line:column: ..." and quote nothing of the file, as it may hold keys. A key that nothing
// defines is a warning with the nearest one: its provider's descriptor may be broken, which must
// not keep the rest from being read. `file` is for messages. An empty string sets nothing.
[[nodiscard]] Result<Layer> parse_toml_layer(const Definitions& definitions, std::string_view text,
                                             const std::string& file);
// Reads the file. Warns where it holds secrets and others may read it.
[[nodiscard]] Result<Layer> read_toml_layer(const Definitions& definitions,
                                            const std::string& file);

}  // namespace tollway::settings
