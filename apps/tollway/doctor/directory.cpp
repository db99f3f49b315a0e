#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "doctor/finding.hpp"

namespace tollway::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t mebibyte = 1024 * 1024;
constexpr std::uintmax_t space_scarce = 512 * mebibyte;
constexpr std::uintmax_t space_gone = 16 * mebibyte;

Finding permissions(const std::string& path, const struct stat& status) {
  Finding finding{"data", path, State::ok, "only its owner can read it", ""};
  if (status.st_uid != ::geteuid()) {
    finding.state = State::warning;
    finding.message = fmt::format("belongs to user {}, you are {}", status.st_uid, ::geteuid());
    finding.remedy = "run tollway as its owner, or choose another directory with --data";
  } else if ((status.st_mode & 077U) != 0) {
    finding.state = State::broken;
    finding.message = fmt::format("others may use it (mode {:o})", status.st_mode & 0777U);
    finding.remedy = fmt::format("chmod {} {}", S_ISDIR(status.st_mode) ? "700" : "600", path);
  }
  return finding;
}

Finding space(const std::string& directory) {
  std::error_code code;
  const auto disk = fs::space(directory, code);
  if (code) {
    return {"disk", directory, State::warning, fmt::format("unknown: {}", code.message()), ""};
  }
  const auto free = disk.available / mebibyte;
  Finding finding{"disk", directory, State::ok, fmt::format("{} MiB are free", free), ""};
  if (disk.available < space_scarce) {
    finding.state = disk.available < space_gone ? State::broken : State::warning;
    finding.remedy = "free space on this disk, or move the data directory to another one";
  }
  return finding;
}

}  // namespace

Findings examine_directory(const std::string& directory) {
  struct stat status{};
  if (::stat(directory.c_str(), &status) != 0) {
    const bool absent = errno == ENOENT;
    return {{"data", directory, absent ? State::warning : State::broken, std::strerror(errno),
             absent ? "it is made when something is stored for the first time"
                    : "choose a directory that can be read with --data or TOLLWAY_DATA"}};
  }
  if (!S_ISDIR(status.st_mode)) {
    return {{"data", directory, State::broken, "is no directory",
             "choose a directory with --data or TOLLWAY_DATA"}};
  }
  Findings findings{permissions(directory, status)};
  if (::access(directory.c_str(), R_OK | W_OK | X_OK) != 0) {
    findings.push_back({"data", directory, State::broken, "cannot be written",
                        fmt::format("make its owner {} and its mode 700", ::geteuid())});
  }
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(directory, code)) {
    const std::string path = entry.path().string();
    struct stat inside{};
    if (::stat(path.c_str(), &inside) != 0 || !S_ISREG(inside.st_mode)) continue;
    // Access records are for others, too, where the operator says so.
    if (entry.path().extension() == ".jsonl") continue;
    auto finding = permissions(path, inside);
    if (finding.state != State::ok) findings.push_back(std::move(finding));
  }
  findings.push_back(space(directory));
  return findings;
}

}  // namespace tollway::doctor
