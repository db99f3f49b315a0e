# tollway_ranks(<target>): the vocabularies in data/ranks/node_modules, which script/setup installs from
# the npm package of their lock file, become part of the target by the assembler's .incbin. src/tokenizer
# finds them by the symbols tollway_<name>_begin and tollway_<name>_end.
function(tollway_ranks target)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(folder "${CMAKE_BINARY_DIR}/generated/ranks")
  file(MAKE_DIRECTORY "${folder}")
  set(assembler "")
  set(binaries "")
  foreach(name o200k_base cl100k_base)
    set(source "${CMAKE_SOURCE_DIR}/data/ranks/node_modules/tiktoken/encoders/${name}.json")
    if(NOT EXISTS "${source}")
      message(FATAL_ERROR "The tokenizer's vocabulary ${name} is missing: run script/setup build, which "
        "installs the npm package of data/ranks/package-lock.json (or npm ci in data/ranks)")
    endif()
    add_custom_command(OUTPUT "${folder}/${name}.bin"
      COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/cmake/ranks.py" "${source}" "${folder}/${name}.bin"
      DEPENDS "${source}" "${CMAKE_SOURCE_DIR}/cmake/ranks.py" VERBATIM)
    list(APPEND binaries "${folder}/${name}.bin")
    string(APPEND assembler ".balign 16\n.global tollway_${name}_begin\n.global tollway_${name}_end\n"
      "tollway_${name}_begin:\n.incbin \"${folder}/${name}.bin\"\ntollway_${name}_end:\n.byte 0\n")
  endforeach()
  file(CONFIGURE OUTPUT "${folder}/ranks.S" CONTENT
    ".section .rodata\n${assembler}.section .note.GNU-stack,\"\",@progbits\n" @ONLY)
  set_source_files_properties("${folder}/ranks.S" PROPERTIES OBJECT_DEPENDS "${binaries}")
  target_sources(${target} PRIVATE "${folder}/ranks.S")
endfunction()
