// Preloaded into the program: its wall clock is off by the seconds in the file that
// TOLLWAY_TEST_CLOCK_SHIFT names, eight bytes that a test may change at any time. Clocks that only
// run forward stay as they are.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

using Shift = std::atomic<std::int64_t>;

const Shift* mapped() {
  const char* const path = std::getenv("TOLLWAY_TEST_CLOCK_SHIFT");
  const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return nullptr;
  void* const bytes = ::mmap(nullptr, sizeof(Shift), PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  return bytes == MAP_FAILED ? nullptr : static_cast<const Shift*>(bytes);
}

std::int64_t shift() {
  static const Shift* const seconds = mapped();
  return seconds == nullptr ? 0 : seconds->load(std::memory_order_relaxed);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock_id, timespec* tp) noexcept {
  const auto result = ::syscall(SYS_clock_gettime, clock_id, tp);
  if (result == 0 && (clock_id == CLOCK_REALTIME || clock_id == CLOCK_REALTIME_COARSE)) {
    tp->tv_sec += shift();
  }
  return static_cast<int>(result);
}

extern "C" time_t time(time_t* timer) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (timer != nullptr) *timer = now.tv_sec;
  return now.tv_sec;
}

extern "C" int gettimeofday(timeval* tv, void* /*tz*/) noexcept {
  constexpr long nanoseconds_each = 1000;
  timespec now{};
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  tv->tv_sec = now.tv_sec;
  tv->tv_usec = now.tv_nsec / nanoseconds_each;
  return result;
}
