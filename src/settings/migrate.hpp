// The database's tables, brought up to date.
#pragma once

#include <span>
#include <string>

#include "base/embedded_file.hpp"
#include "base/error.hpp"

namespace SQLite {
class Database;
}

namespace tollway::settings {

// src/settings/migrations/*.sql in their order, part of the program. Made by cmake/embed.cmake.
[[nodiscard]] std::span<const EmbeddedFile> migrations();

// Runs those that the database has not seen, all of them or none. A file is never changed once it
// is released: the next change is the next number. An error where the database has seen more than
// this program knows. Throws SQLite's exceptions. `path` is for messages.
[[nodiscard]] Result<> migrate(SQLite::Database& database, const std::string& path);

}  // namespace tollway::settings
