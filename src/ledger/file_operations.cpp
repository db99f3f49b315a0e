#include "ledger/file_operations.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace tollway::ledger {

int FileOperations::create(const std::string& path, std::size_t size, int& file) {
  file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return errno;
  int failure = 0;
  do {
    failure = ::posix_fallocate(file, 0, static_cast<off_t>(size));
  } while (failure == EINTR);
  if (failure == 0) return 0;
  ::close(file);
  ::unlink(path.c_str());
  file = -1;
  return failure;
}

int FileOperations::sync(int file) {
  return ::fdatasync(file) == 0 ? 0 : errno;
}

FileOperations& FileOperations::system() {
  static FileOperations operations;
  return operations;
}

}  // namespace tollway::ledger
