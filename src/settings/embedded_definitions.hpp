// The files of data/settings. Made by cmake/embed.cmake.
#pragma once

#include <span>

#include "base/embedded_file.hpp"

namespace tollway::settings {

[[nodiscard]] std::span<const EmbeddedFile> embedded_definitions();

}  // namespace tollway::settings
