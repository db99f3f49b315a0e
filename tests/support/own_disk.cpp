#include "support/own_disk.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>

#include <exception>
#include <thread>

namespace tollway::test {

bool on_own_disk(const std::filesystem::path& directory, std::size_t bytes,
                 const std::function<void()>& body) {
  bool mounted = false;
  std::exception_ptr thrown;
  std::thread thread([&] {
    mounted =
        ::unshare(CLONE_NEWNS) == 0 &&
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
        ::mount("tmpfs", directory.c_str(), "tmpfs", 0, fmt::format("size={}", bytes).c_str()) == 0;
    try {
      if (mounted) body();
    } catch (...) {
      thrown = std::current_exception();
    }
  });
  thread.join();
  if (thrown) std::rethrow_exception(thrown);
  return mounted;
}

}  // namespace tollway::test
