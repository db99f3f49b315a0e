#include "support/shared_number.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace tollway::test {

SharedNumber::SharedNumber(std::filesystem::path file, std::int64_t number)
    : file_(std::move(file)) {
  std::ofstream(file_, std::ios::binary) << std::string(sizeof number, '\0') << std::flush;
  const int opened = ::open(file_.c_str(), O_RDWR | O_CLOEXEC);
  void* const bytes = ::mmap(nullptr, sizeof number, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);
  ::close(opened);
  if (bytes == MAP_FAILED) throw std::runtime_error("cannot map " + file_.string());
  number_ = static_cast<std::atomic<std::int64_t>*>(bytes);
  *number_ = number;
}

SharedNumber::~SharedNumber() {
  ::munmap(number_, sizeof *number_);
}

}  // namespace tollway::test
