// Preloaded into the program: the disk reports an error when data is to be written through, from
// the moment on at which the file named by TOLLWAY_TEST_FAILING_SYNC exists. Each report adds the
// name of the synced file to that one, as a line.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>

namespace {

bool fails(int synced) {
  const char* const path = std::getenv("TOLLWAY_TEST_FAILING_SYNC");
  if (path == nullptr) return false;
  const int file = ::open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return false;
  const std::string link = "/proc/self/fd/" + std::to_string(synced);
  std::array<char, 512> name{};
  const auto size = ::readlink(link.c_str(), name.data(), name.size() - 1);
  if (size > 0) name[static_cast<std::size_t>(size)] = '\n';
  const bool told = ::write(file, name.data(), static_cast<std::size_t>(size + 1)) == size + 1;
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
