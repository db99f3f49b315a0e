#include "sqlite/database_file.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tollway::sqlite {

void keep_no_memory_figures() noexcept {
  ::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

Result<> make_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
    return {};
  }
  struct stat status{};
  if (errno == EEXIST && ::stat(path.c_str(), &status) == 0 &&
      ((status.st_mode & 077) == 0 || ::chmod(path.c_str(), 0600) == 0)) {
    return {};
  }
  return internal_error(
      fmt::format("{} cannot be made private to its owner: {}", path, std::strerror(errno)));
}

void use_write_ahead_log(SQLite::Database& database, std::chrono::milliseconds patience) {
  constexpr int pause_ms = 10;
  for (auto left = patience.count() / pause_ms;; --left) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (const SQLite::Exception& failure) {
      if ((failure.getErrorCode() & 0xff) != SQLITE_BUSY || left <= 0) throw;
      sqlite3_sleep(pause_ms);
    }
  }
}

}  // namespace tollway::sqlite
