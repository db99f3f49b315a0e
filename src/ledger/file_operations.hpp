// The system calls that a full or failing disk lets fail.
#pragma once

#include <cstddef>
#include <string>

namespace tollway::ledger {

// As the kernel has them; tests put others in their place. Zero or an errno. Thread-safe.
class FileOperations {
 public:
  virtual ~FileOperations() = default;

  // Creates the file (mode 0600; it must not be there) with `size` bytes of zeros that are
  // allocated, so that no write into them can lack room.
  [[nodiscard]] virtual int create(const std::string& path, std::size_t size, int& file);
  // Waits until the file's data is on the disk.
  [[nodiscard]] virtual int sync(int file);

  [[nodiscard]] static FileOperations& system();
};

}  // namespace tollway::ledger
