#include "observe/access_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log.hpp"

namespace tollway::observe {
namespace {

constexpr auto flush_after = std::chrono::milliseconds(100);
constexpr std::size_t flush_bytes = 32 * 1024;

}  // namespace

AccessLog::AccessLog(net::DeadlineWheel& deadlines, std::string path)
    : flush_deadline_(
          deadlines, [](void* self) { static_cast<AccessLog*>(self)->flush(); }, this),
      path_(std::move(path)) {}

AccessLog::~AccessLog() {
  flush();
  if (file_ >= 0) ::close(file_);
}

Result<> AccessLog::open() {
  file_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file_ >= 0) return {};
  return internal_error(
      fmt::format("cannot open the access log {}: {}", path_, std::strerror(errno)));
}

void AccessLog::append(const AccessRecord& record) {
  if (buffer_.empty()) flush_deadline_.set(net::Clock::now() + flush_after);
  append_json_line(record, buffer_);
  if (buffer_.size() >= flush_bytes) flush();
}

void AccessLog::flush() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const auto size = ::write(file_, left.data(), left.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      // Requests go on; the operator learns what is missing.
      log::error("{} bytes of access records are lost: {}", left.size(), std::strerror(errno));
      break;
    }
    left.remove_prefix(static_cast<std::size_t>(size));
  }
  buffer_.clear();
  flush_deadline_.clear();
}

void AccessLog::reopen() {
  flush();
  const int old = file_;
  if (const auto opened = open(); !opened) {
    log::error("{}; going on with the old file", opened.error().message);
    file_ = old;
    return;
  }
  ::close(old);
}

}  // namespace tollway::observe
