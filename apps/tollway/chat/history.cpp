#include "chat/history.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "base/error.hpp"

namespace tollway::chat {
namespace {

std::string encoded(std::string_view entry) {
  std::string line;
  for (const char c : entry) {
    if (c == '\\') {
      line += "\\\\";
    } else if (c == '\n') {
      line += "\\n";
    } else {
      line += c;
    }
  }
  return line + '\n';
}

std::string decoded(std::string_view line) {
  std::string entry;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool escaped = line[i] == '\\' && i + 1 < line.size();
    if (!escaped) {
      entry += line[i];
      continue;
    }
    ++i;
    entry += line[i] == 'n' ? '\n' : line[i];
  }
  return entry;
}

// Creates the file with a mode of its own, whatever the umask, and mends that of an older one.
Result<> write_lines(const std::string& file, int how, std::string_view lines) {
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | how, 0600);
  bool written = descriptor >= 0 && ::fchmod(descriptor, 0600) == 0;
  // One call, so that lines of two conversations do not mix.
  written = written &&
            ::write(descriptor, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size());
  const int problem = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (written) return {};
  return internal_error(
      fmt::format("cannot write the history {}: {}", file, std::strerror(problem)));
}

}  // namespace

Result<std::vector<std::string>> History::load() {
  std::vector<std::string> entries;
  std::ifstream stream(file_);
  for (std::string line; std::getline(stream, line);) entries.push_back(decoded(line));
  if (entries.size() <= entries_max) return entries;
  const bool too_long = entries.size() > 2 * entries_max;
  entries.erase(entries.begin(), entries.end() - entries_max);
  if (!too_long) return entries;
  std::string lines;
  for (const auto& entry : entries) lines += encoded(entry);
  const std::string unfinished = fmt::format("{}.{}", file_, ::getpid());
  auto written = write_lines(unfinished, O_TRUNC, lines);
  if (!written) return std::unexpected(written.error());
  if (std::rename(unfinished.c_str(), file_.c_str()) == 0) return entries;
  return internal_error(
      fmt::format("cannot shorten the history {}: {}", file_, std::strerror(errno)));
}

Result<> History::append(std::string_view entry) {
  return write_lines(file_, O_APPEND, encoded(entry));
}

}  // namespace tollway::chat
