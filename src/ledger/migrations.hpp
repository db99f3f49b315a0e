// The tables' history.
#pragma once

#include <span>

#include "base/embedded_file.hpp"

namespace tollway::ledger {

// src/ledger/migrations/*.sql in their order, part of the program. Made by cmake/embed.cmake. A
// file is never changed once it is released: the next change is the next number.
[[nodiscard]] std::span<const EmbeddedFile> migrations();

}  // namespace tollway::ledger
