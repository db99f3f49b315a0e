# tollway_folder(<name> USES <targets...> [PCH]): src/<name>/*.cpp becomes the static library
# tollway_<name>, src/<name>/*_test.cpp the test program <name>_test.
function(tollway_folder name)
  cmake_parse_arguments(arg "PCH" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${name}/*.cpp"
    "${CMAKE_SOURCE_DIR}/src/${name}/*/*.cpp")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  string(REPLACE "/" "_" target "tollway_${name}")
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}/src")
  target_link_libraries(${target} PUBLIC ${arg_USES} PRIVATE tollway_warnings)
  if(arg_PCH)
    target_precompile_headers(${target} PRIVATE "${CMAKE_SOURCE_DIR}/cmake/asio_pch.hpp")
  endif()

  if(TOLLWAY_TESTS AND tests)
    find_package(GTest REQUIRED)
    include(GoogleTest)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${target} tollway_warnings GTest::gtest_main GTest::gmock)
    if(arg_PCH)
      target_precompile_headers(${name}_test PRIVATE "${CMAKE_SOURCE_DIR}/cmake/asio_pch.hpp")
    endif()
    gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
  endif()
endfunction()
