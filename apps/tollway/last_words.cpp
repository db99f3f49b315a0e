#include "last_words.hpp"

#include <cxxabi.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <typeinfo>

#include "exit_codes.hpp"

namespace tollway {
namespace {

// Without memory of its own, and without destructors, which would want some.
[[noreturn]] void end() {
  const std::type_info* const thrown = abi::__cxa_current_exception_type();
  if (thrown == nullptr || *thrown != typeid(std::bad_alloc)) {
    __gnu_cxx::__verbose_terminate_handler();
    std::abort();
  }
  constexpr std::string_view words =
      "tollway ends: there is no memory to go on with; what the journal has is taken over at the "
      "next start\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, words.data(), words.size());
  ::_exit(exit_failed);
}

}  // namespace

void say_why_without_memory() noexcept {
  std::set_terminate(end);
}

}  // namespace tollway
