// Preloaded into the program: one allocation fails. The file that TOLLWAY_TEST_FAILING_MEMORY names
// holds eight bytes that a test may change at any time: how many allocations go well before it, or
// less than zero where all do. Once it has failed, all go well again.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

// The C library's own, under the names that it has for those who replace them.
extern "C" void* own_malloc(std::size_t size) __asm__("__libc_malloc");
extern "C" void* own_calloc(std::size_t nmemb, std::size_t size) __asm__("__libc_calloc");
extern "C" void* own_realloc(void* ptr, std::size_t size) __asm__("__libc_realloc");

namespace {

using Good = std::atomic<std::int64_t>;
Good* good = nullptr;

[[gnu::constructor]] void map() {
  const char* const path = std::getenv("TOLLWAY_TEST_FAILING_MEMORY");
  const int file = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* const bytes = ::mmap(nullptr, sizeof(Good), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (bytes != MAP_FAILED) good = static_cast<Good*>(bytes);
}

bool fails() {
  if (good == nullptr || good->load(std::memory_order_relaxed) < 0) return false;
  if (good->fetch_sub(1) != 0) return false;
  errno = ENOMEM;
  return true;
}

}  // namespace

extern "C" void* malloc(std::size_t size) {
  return fails() ? nullptr : own_malloc(size);
}
extern "C" void* calloc(std::size_t nmemb, std::size_t size) {
  return fails() ? nullptr : own_calloc(nmemb, size);
}
extern "C" void* realloc(void* ptr, std::size_t size) {
  return fails() ? nullptr : own_realloc(ptr, size);
}
