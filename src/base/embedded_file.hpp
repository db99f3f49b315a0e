// A file of data/ that is part of the program. tollway_embed() (cmake/embed.cmake) makes them.
#pragma once

#include <string_view>

namespace tollway {

struct EmbeddedFile {
  std::string_view name;  // "openrouter.toml"
  std::string_view text;
};

}  // namespace tollway
