// What every database file of ours needs before it is used.
#pragma once

#include <chrono>
#include <string>

#include "base/error.hpp"

namespace SQLite {
class Database;
}

namespace tollway::sqlite {

// For a program that is alone with SQLite and asks it for no figures of its memory: keeping them
// takes a lock at each allocation. Before the first database is opened; afterwards, or in a second
// call, it changes nothing.
void keep_no_memory_figures() noexcept;

// Creates the file where there is none; afterwards its mode is 0600, and so is that of the files
// that SQLite puts beside it. A file that is there is not opened: closing it would drop the locks
// that this process has on it by way of SQLite.
[[nodiscard]] Result<> make_private(const std::string& path);

// Write-ahead logging. Waits for another process that opens the database for the first time, which
// SQLite does not by itself. Throws SQLite::Exception, also when `patience` is over.
void use_write_ahead_log(SQLite::Database& database, std::chrono::milliseconds patience);

}  // namespace tollway::sqlite
