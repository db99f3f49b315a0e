# libtollway: the folders below the public headers as one shared library, and its installation.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The folders that define what the headers declare go in whole; the others as far as these need
# them. The objects are those of the static libraries: everything is compiled once.
set(whole base llm settings client)
add_library(tollway_library SHARED)
foreach(folder ${whole})
  target_sources(tollway_library PRIVATE $<TARGET_OBJECTS:tollway_${folder}>)
  target_link_libraries(tollway_library PRIVATE tollway_${folder})
endforeach()
set(minor_version ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set_target_properties(tollway_library PROPERTIES OUTPUT_NAME tollway EXPORT_NAME tollway
  VERSION ${PROJECT_VERSION} SOVERSION ${minor_version} LINKER_LANGUAGE CXX)
target_compile_features(tollway_library INTERFACE cxx_std_23)
target_include_directories(tollway_library INTERFACE
  "$<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
# What is not marked TOLLWAY_API is hidden when it is compiled; the script hides the rest, such as
# instances of the standard library's and Asio's templates.
set(exports "${CMAKE_BINARY_DIR}/package/libtollway.map")
configure_file("${CMAKE_SOURCE_DIR}/cmake/libtollway.map.in" "${exports}" @ONLY)
target_link_options(tollway_library PRIVATE "-Wl,--version-script=${exports}")
set_target_properties(tollway_library PROPERTIES LINK_DEPENDS "${exports}")
if(NOT TOLLWAY_SANITIZE AND NOT TOLLWAY_FUZZ)  # whose runtime is the program's
  target_link_options(tollway_library PRIVATE -Wl,-z,defs)
endif()
add_library(tollway::tollway ALIAS tollway_library)

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/tollway")
install(TARGETS tollway_library EXPORT tollway-targets COMPONENT library)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/include/tollway" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  COMPONENT library FILES_MATCHING PATTERN "*.hpp")
install(EXPORT tollway-targets NAMESPACE tollway:: DESTINATION "${package}" COMPONENT library)
configure_package_config_file("${CMAKE_SOURCE_DIR}/cmake/tollway-config.cmake.in"
  "${CMAKE_BINARY_DIR}/package/tollway-config.cmake" INSTALL_DESTINATION "${package}")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/package/tollway-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH prefix_from_pkgconfig "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file("${CMAKE_SOURCE_DIR}/cmake/tollway.pc.in" "${CMAKE_BINARY_DIR}/package/tollway.pc" @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/package/tollway-config.cmake"
  "${CMAKE_BINARY_DIR}/package/tollway-config-version.cmake" DESTINATION "${package}" COMPONENT library)
install(FILES "${CMAKE_BINARY_DIR}/package/tollway.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT library)
foreach(component library program)  # either may be installed alone
  install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}"
    COMPONENT ${component})
endforeach()
