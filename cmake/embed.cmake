# tollway_embed(TARGET t FOLDER data/a PATTERN *.toml FUNCTION n::f): the files of FOLDER become part
# of target t, as
#
#   namespace n { std::span<const EmbeddedFile> f(); }   // in the order of their names
#
# to be declared by a header of the target's own. Text without NUL bytes only.
function(tollway_embed)
  cmake_parse_arguments(arg "" "TARGET;FOLDER;PATTERN;FUNCTION" "" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${arg_FOLDER}/${arg_PATTERN}")
  list(SORT files)
  list(LENGTH files count)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
  set(rows "")
  foreach(file ${files})
    cmake_path(GET file FILENAME name)
    file(READ "${file}" text)
    string(APPEND rows "      EmbeddedFile{\"${name}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  string(REGEX MATCH "^(.*)::([^:]+)$" match "${arg_FUNCTION}")
  set(namespace "${CMAKE_MATCH_1}")
  set(function "${CMAKE_MATCH_2}")
  set(generated "${CMAKE_BINARY_DIR}/generated/${arg_FOLDER}/embedded.cpp")
  # Not by file(CONFIGURE): the texts may hold "@" and "${".
  set(content "// Made by cmake/embed.cmake from the files of ${arg_FOLDER}.\n#include <array>\n#include <span>\n\n")
  string(APPEND content "#include \"base/embedded_file.hpp\"\n\nnamespace ${namespace} {\n\n"
    "std::span<const EmbeddedFile> ${function}();\n\nstd::span<const EmbeddedFile> ${function}() {\n"
    "  static constexpr std::array<EmbeddedFile, ${count}> rows{\n${rows}  };\n  return rows;\n}\n\n"
    "}  // namespace ${namespace}\n")
  set(old "")
  if(EXISTS "${generated}")
    file(READ "${generated}" old)
  endif()
  if(NOT old STREQUAL content)
    file(WRITE "${generated}" "${content}")
  endif()
  set_source_files_properties("${generated}" PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
  target_sources(${arg_TARGET} PRIVATE "${generated}")
endfunction()
