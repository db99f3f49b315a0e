#include "settings/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace tollway::settings {
namespace {

constexpr std::size_t file_bytes_max = 64 * 1024;

std::unexpected<Error> failed(std::string_view doing, const std::string& path) {
  return internal_error(fmt::format("cannot {} {}: {}", doing, path, std::strerror(errno)));
}

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

// What a rename or link did lasts only once the folder is on the disk.
Result<> sync_folder_of(const std::string& path) {
  auto folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) return failed("sync", folder);
  return {};
}

Result<std::string> write_draft(const std::string& path, std::string_view content) {
  std::string draft = path + ".new";
  ::unlink(draft.c_str());
  const Descriptor file(
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file || ::fchmod(file.get(), 0600) != 0) return failed("create", draft);
  while (!content.empty()) {
    const auto written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      auto error = failed("write", draft);
      ::unlink(draft.c_str());
      return error;
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) return failed("sync", draft);
  return draft;
}

}  // namespace

Result<std::optional<Secret>> read_private_file(const std::string& path, bool owner_only) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && errno == ENOENT) return std::nullopt;
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return failed("read", path);
  if (!S_ISREG(status.st_mode)) {
    return internal_error(fmt::format("{} is no regular file; expected a file with a key", path));
  }
  if (owner_only && (status.st_mode & 077) != 0) {
    return internal_error(fmt::format(
        "{} may be used by others (mode {:04o}); expected 0600; run: chmod 600 {}; and think of "
        "what it holds as known to whoever could read it",
        path, status.st_mode & 07777U, path));
  }
  std::string content(file_bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const auto count = ::read(file.get(), content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("read", path);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  const Secret whole(std::move(content));
  if (size > file_bytes_max) {
    return internal_error(fmt::format("{} is larger than 64 KiB; expected a key", path));
  }
  return Secret(std::string(whole.reveal().substr(0, size)));
}

Result<> create_private_file(const std::string& path, std::string_view content) {
  auto draft = write_draft(path, content);
  if (!draft) return std::unexpected(std::move(draft.error()));
  // Unlike a rename, a link fails where the name is taken.
  const bool linked = ::link(draft->c_str(), path.c_str()) == 0;
  const int reason = errno;
  ::unlink(draft->c_str());
  errno = reason;
  if (!linked) return failed("create", path);
  return sync_folder_of(path);
}

Result<> replace_private_file(const std::string& path, std::string_view content) {
  auto draft = write_draft(path, content);
  if (!draft) return std::unexpected(std::move(draft.error()));
  if (::rename(draft->c_str(), path.c_str()) != 0) return failed("replace", path);
  return sync_folder_of(path);
}

Result<> create_private_folder(const std::string& path) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) return {};
  if (std::filesystem::exists(path, failure)) {
    return internal_error(fmt::format("{} is no folder; name one that is, or none yet", path));
  }
  const auto above = std::filesystem::path(path).parent_path();
  if (!above.empty()) std::filesystem::create_directories(above, failure);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("create", path);
  return {};
}

}  // namespace tollway::settings
