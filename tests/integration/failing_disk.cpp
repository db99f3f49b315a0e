// Preloaded into the program: from a certain write on, its ledger's disk is full. The file that
// TOLLWAY_TEST_FAILING_DISK names holds eight bytes that a test may change at any time: how many
// writes there is still room for, or less than zero where there is room for all.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using Room = std::atomic<std::int64_t>;
constexpr std::int64_t room_for_all = -1;

Room* mapped() {
  const char* const path = std::getenv("TOLLWAY_TEST_FAILING_DISK");
  const int file = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return nullptr;
  void* const bytes = ::mmap(nullptr, sizeof(Room), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  return bytes == MAP_FAILED ? nullptr : static_cast<Room*>(bytes);
}

bool is_of_the_ledger(int file) {
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  std::array<char, 512> name{};
  const auto size = ::readlink(link.c_str(), name.data(), name.size());
  if (size <= 0) return false;
  const std::string_view path(name.data(), static_cast<std::size_t>(size));
  return path.find("/ledger.db") != std::string_view::npos || path.ends_with(".journal");
}

bool is_full(int file) {
  static Room* const room = mapped();
  if (room == nullptr || *room == room_for_all || !is_of_the_ledger(file)) return false;
  for (auto left = room->load(); left != room_for_all;) {
    if (left == 0) return true;
    if (room->compare_exchange_weak(left, left - 1)) return false;
  }
  return false;
}

template <class Call>
Call next(const char* name) {
  return reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" ssize_t pwrite64(int fd, const void* buf, size_t n, off64_t offset) {
  if (is_full(fd)) {
    errno = ENOSPC;
    return -1;
  }
  static const auto call = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return call(fd, buf, n, offset);
}

extern "C" ssize_t write(int fd, const void* buf, size_t n) {
  if (is_full(fd)) {
    errno = ENOSPC;
    return -1;
  }
  static const auto call = next<ssize_t (*)(int, const void*, size_t)>("write");
  return call(fd, buf, n);
}

extern "C" int posix_fallocate(int fd, off_t offset, off_t len) {
  if (is_full(fd)) return ENOSPC;
  static const auto call = next<int (*)(int, off_t, off_t)>("posix_fallocate");
  return call(fd, offset, len);
}
