#include "ledger/directory_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.hpp"

namespace tollway::ledger {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// The kernel tells of the file's closing just before it lets go of the lock.
constexpr milliseconds after_closing{1};
// Where the kernel can tell nobody of closed files, and should it ever not.
constexpr milliseconds without_a_word{250};

// Tells when somebody closes the file, or ends. A flock() that blocks could not be bounded but by a
// signal, which is the whole process's.
class Closings {
 public:
  explicit Closings(const std::string& path) : events_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (events_ >= 0) ::inotify_add_watch(events_, path.c_str(), IN_CLOSE_WRITE);
  }
  ~Closings() {
    if (events_ >= 0) ::close(events_);
  }
  Closings(const Closings&) = delete;
  Closings& operator=(const Closings&) = delete;

  // True: there was one.
  [[nodiscard]] bool wait(milliseconds patience) const {
    pollfd waited{.fd = events_, .events = POLLIN, .revents = 0};
    if (::poll(&waited, 1, static_cast<int>(patience.count())) <= 0) return false;
    std::array<char, 4096> events;
    return ::read(events_, events.data(), events.size()) > 0;
  }

 private:
  const int events_;
};

bool taken(int file, const std::string& path, milliseconds patience) {
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return true;
  const auto until = Clock::now() + patience;
  const Closings closings(path);
  for (bool closed = false;;) {
    // Again, as it may have been let go of before anybody watched.
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return true;
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
    if (left.count() <= 0) return false;
    closed = closings.wait(std::min(left, closed ? after_closing : without_a_word));
  }
}

}  // namespace

Result<DirectoryLock> DirectoryLock::take(const std::string& directory, milliseconds patience) {
  const std::string path = directory + "/lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return internal_error(fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  }
  DirectoryLock lock(file);
  if (taken(file, path, patience)) return lock;
  return internal_error(
      fmt::format("another tollway uses {}; stop it, or choose another data directory", directory));
}

DirectoryLock::~DirectoryLock() {
  if (file_ >= 0) ::close(file_);
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : file_(std::exchange(other.file_, -1)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

}  // namespace tollway::ledger
