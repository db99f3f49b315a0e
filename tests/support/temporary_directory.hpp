// A directory of a test's own, removed with everything in it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tollway::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  // Writes a file into it and returns its path.
  std::filesystem::path write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

// The whole content; empty where there is no such file.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
// Replaces a file in one step, so that a reader sees the old or the new content.
void replace_file(const std::filesystem::path& path, std::string_view content);

}  // namespace tollway::test
