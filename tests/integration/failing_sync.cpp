// Preloaded into the program: the disk reports an error when data is to be written through, from
// the moment on at which the file named by TOLLWAY_TEST_FAILING_SYNC exists, where the synced
// file's path holds TOLLWAY_TEST_FAILING_SYNC_OF. Each report adds that path to the first file, as
// a line.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

bool fails(int synced) {
  const char* const path = std::getenv("TOLLWAY_TEST_FAILING_SYNC");
  const char* const part = std::getenv("TOLLWAY_TEST_FAILING_SYNC_OF");
  if (path == nullptr || part == nullptr) return false;
  const int file = ::open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return false;
  const std::string link = "/proc/self/fd/" + std::to_string(synced);
  std::array<char, 512> name{};
  const auto size = ::readlink(link.c_str(), name.data(), name.size() - 1);
  const std::string_view synced_path(name.data(), static_cast<std::size_t>(std::max(size, 0L)));
  bool told = false;
  if (synced_path.find(part) != std::string_view::npos) {
    name[synced_path.size()] = '\n';
    told = ::write(file, name.data(), synced_path.size() + 1) == size + 1;
  }
  ::close(file);
  return told;
}

int sync(const char* name, int file) {
  if (fails(file)) {
    errno = EIO;
    return -1;
  }
  using Sync = int (*)(int);
  return reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, name))(file);
}

}  // namespace

extern "C" int fsync(int fd) {
  return sync("fsync", fd);
}
extern "C" int fdatasync(int fildes) {
  return sync("fdatasync", fildes);
}
