# GCC before 13 miscompiles temporaries inside co_await expressions (docs/decisions/0001).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines that Tollway relies on. "
    "Use Clang 19: run script/setup, then cmake --preset dev.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Precompiled headers and checkouts in different folders share one cache.
  set(ccache_launcher ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ccache_launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${ccache_launcher})
endif()

set(TOLLWAY_SANITIZE "" CACHE STRING "address, thread or empty")
if(TOLLWAY_SANITIZE STREQUAL "address")
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
elseif(TOLLWAY_SANITIZE STREQUAL "thread")
  set(sanitizers -fsanitize=thread)
endif()
if(sanitizers)
  add_compile_options(${sanitizers} -fno-omit-frame-pointer)
  add_link_options(${sanitizers})
endif()

if(TOLLWAY_FUZZ)
  # What libFuzzer steers by, in our folders and in llhttp.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

add_link_options(-fuse-ld=lld)

add_library(tollway_warnings INTERFACE)
target_compile_options(tollway_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual
  -Wimplicit-fallthrough -Wextra-semi -Wunused)
