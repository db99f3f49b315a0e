// A data directory and an environment of a test's own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include "tollway/settings.hpp"

namespace tollway::settings {

// Found in no file and no message that is not its own.
inline constexpr const char* canary = "sk-or-v1-canary-7c1d0e5f2b9a4c38";

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tollway-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    data_ = folder_ / "data";
  }
  ~SettingsTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] Settings::Options options() const {
    Settings::Options made;
    made.data_directory = data_.string();
    made.environment = [variables = variables_](const char* name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    return made;
  }

  [[nodiscard]] std::shared_ptr<Settings> open() const {
    auto opened = Settings::open(options());
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? *opened : nullptr;
  }

  [[nodiscard]] std::string refusal() const {
    const auto opened = Settings::open(options());
    return opened ? "opened" : opened.error().message;
  }

  std::filesystem::path write(const std::string& name, std::string_view content) const {
    auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    ::chmod(path.c_str(), 0600);
    return path;
  }

  [[nodiscard]] static std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  [[nodiscard]] static unsigned mode_of(const std::filesystem::path& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
  }

  std::filesystem::path folder_;
  std::filesystem::path data_;
  std::map<std::string, std::string> variables_;
};

// Runs `body` in a child and returns how that ended: its exit code, or 128 + the signal.
template <class Body>
int in_child(Body body) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tollway::settings
