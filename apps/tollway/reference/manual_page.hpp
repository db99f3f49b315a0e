// The manual page, tollway(1).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/embedded_file.hpp"
#include "reference/command_tree.hpp"

namespace tollway::reference {

// As roff with man(7) macros: what the commands' definitions say, between chapters of prose.
[[nodiscard]] std::string manual_page(const CommandEntry& root, std::string_view version);

// data/manual/*.roff, what follows the commands: exit codes, the shapes of --json, environment,
// files, examples. Part of the program by cmake/embed.cmake.
[[nodiscard]] std::span<const EmbeddedFile> manual_chapters();

}  // namespace tollway::reference
