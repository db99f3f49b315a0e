// Files that only their owner may read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "tollway/secret.hpp"

namespace tollway::settings {

// Nullopt where there is none. Refuses what is no regular file or larger than 64 KiB, and, where
// `owner_only`, a file that group or others may do anything with.
[[nodiscard]] Result<std::optional<Secret>> read_private_file(const std::string& path,
                                                              bool owner_only);

// Durable when it returns, mode 0600, whole or not at all. The draft is `path` + ".new"; callers
// see to it that only one writes at a time.
[[nodiscard]] Result<> create_private_file(const std::string& path, std::string_view content);
[[nodiscard]] Result<> replace_private_file(const std::string& path, std::string_view content);

// Creates the folder for its owner alone, and missing ones above it.
[[nodiscard]] Result<> create_private_folder(const std::string& path);

}  // namespace tollway::settings
