# tollway_folder(<name> USES <targets...> [PCH] [ONE_THREAD]): src/<name>/*.cpp becomes the static
# library tollway_<name>, src/<name>/*_test.cpp the test program <name>_test. ONE_THREAD: its tests
# start none, so that the thread sanitizer has nothing to see in them.
function(tollway_folder name)
  cmake_parse_arguments(arg "PCH;ONE_THREAD" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${name}/*.cpp"
    "${CMAKE_SOURCE_DIR}/src/${name}/*/*.cpp")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  string(REPLACE "/" "_" target "tollway_${name}")
  if(NOT sources)  # headers alone
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
    target_link_libraries(${target} INTERFACE ${arg_USES})
    return()
  endif()
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
  # What libtollway exports is marked (include/tollway/export.hpp).
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(${target} PUBLIC ${arg_USES} PRIVATE tollway_warnings)
  if(arg_PCH)
    target_precompile_headers(${target} PRIVATE "${CMAKE_SOURCE_DIR}/cmake/asio_pch.hpp")
  endif()

  if(TOLLWAY_TESTS AND tests AND NOT (arg_ONE_THREAD AND TOLLWAY_SANITIZE STREQUAL "thread"))
    find_package(GTest REQUIRED)
    include(GoogleTest)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${target} tollway_warnings GTest::gtest_main GTest::gmock)
    if(arg_PCH)
      target_precompile_headers(${name}_test PRIVATE "${CMAKE_SOURCE_DIR}/cmake/asio_pch.hpp")
    endif()
    # Goldens and shared recordings are found from the project's root.
    gtest_discover_tests(${name}_test WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
      DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
  endif()
endfunction()

# tollway_table(FOLDER src/a/b NAMESPACE n TYPE T HEADER a/t.hpp OUT t_table.cpp [TARGET tollway_a])
#
# One file of FOLDER is one row of its table. A file `x.cpp` defines `extern const T x;` in NAMESPACE;
# the generated file, compiled into TARGET (by default the target of FOLDER's first folder, which
# tollway_folder() must have made before), defines in NAMESPACE
#
#   std::span<const T* const> all();   // the rows in the order of their names
#
# which HEADER declares beside T. A row is a plain reference by name, so the linker can drop no file
# and a file without its symbol does not link. `*_test.cpp` and `table.cpp` are no rows.
function(tollway_table)
  cmake_parse_arguments(arg "" "FOLDER;NAMESPACE;TYPE;HEADER;OUT;TARGET" "" ${ARGN})
  foreach(name FOLDER NAMESPACE TYPE HEADER OUT)
    if(NOT arg_${name})
      message(FATAL_ERROR "tollway_table: ${name} is missing")
    endif()
  endforeach()
  if(NOT arg_TARGET)
    string(REGEX REPLACE "^src/([^/]+).*$" "tollway_\\1" arg_TARGET "${arg_FOLDER}")
  endif()

  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${arg_FOLDER}/*.cpp")
  list(FILTER files EXCLUDE REGEX "(_test|/table)\\.cpp$")
  list(SORT files)
  set(declarations "")
  set(rows "")
  list(LENGTH files count)
  foreach(file ${files})
    cmake_path(GET file STEM symbol)
    string(APPEND declarations "extern const ${arg_TYPE} ${symbol};\n")
    string(APPEND rows "      &${symbol},\n")
  endforeach()

  set(generated "${CMAKE_BINARY_DIR}/generated/${arg_FOLDER}/${arg_OUT}")
  file(CONFIGURE OUTPUT "${generated}" @ONLY CONTENT [[
// Made by cmake/folders.cmake from the files of @arg_FOLDER@.
#include "@arg_HEADER@"

#include <array>
#include <span>

namespace @arg_NAMESPACE@ {

@declarations@
std::span<const @arg_TYPE@* const> all() {
  static constexpr std::array<const @arg_TYPE@*, @count@> rows{
@rows@  };
  return rows;
}

}  // namespace @arg_NAMESPACE@
]])
  target_sources(${arg_TARGET} PRIVATE "${generated}")
endfunction()
