// A number that a test and the program under test have in common.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>

namespace tollway::test {

// Eight bytes of a file, mapped by both.
class SharedNumber {
 public:
  SharedNumber(std::filesystem::path file, std::int64_t number);
  ~SharedNumber();
  SharedNumber(const SharedNumber&) = delete;
  SharedNumber& operator=(const SharedNumber&) = delete;

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  void set(std::int64_t number) noexcept { *number_ = number; }
  [[nodiscard]] std::int64_t get() const noexcept { return *number_; }

 private:
  std::filesystem::path file_;
  std::atomic<std::int64_t>* number_;
};

}  // namespace tollway::test
