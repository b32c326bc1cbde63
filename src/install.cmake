# What `cmake --install` puts where: the programs that people run, and the library, to be found by
# find_package(hypnos). `--component programs`, `lab` or `development` takes one of them alone.

install(TARGETS hypnosd hypnosctl hypnos-capture RUNTIME COMPONENT programs)
install(TARGETS hypnos-lab RUNTIME COMPONENT lab)

# Each room stays the archive that it is, exported under its own name, and hypnos::hypnos is all of
# them: CMake then hands over which room needs which library and in what order they are linked, and a
# program takes no more of them than it uses. Decided against: one archive made of all, for which
# that would have to be written down a second time; a shared library, for which somebody would have
# to promise an ABI.
# The rooms that see, compute and remember. What talks (control, web, config and so on) is the
# daemon's own, and would bring Protobuf, Boost and OpenSSL with it.
set(library_rooms version base tensor layer network replay diagnostics schedule novelty imaging
                  sources checkpoint pipeline)

add_library(hypnos INTERFACE)
target_compile_features(hypnos INTERFACE cxx_std_20)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/hypnos)
foreach(room ${library_rooms})
  set_target_properties(hypnos_${room} PROPERTIES EXPORT_NAME ${room})
  target_link_libraries(hypnos INTERFACE hypnos_${room})
  install(TARGETS hypnos_${room} EXPORT hypnosTargets ARCHIVE COMPONENT development)
  if(EXISTS ${PROJECT_SOURCE_DIR}/include/hypnos/${room})
    install(DIRECTORY include/hypnos/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hypnos
            COMPONENT development)
  endif()
endforeach()
install(TARGETS hypnos EXPORT hypnosTargets)
install(EXPORT hypnosTargets NAMESPACE hypnos:: DESTINATION ${package_folder} COMPONENT development)

include(CMakePackageConfigHelpers)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/hypnosConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES src/hypnosConfig.cmake src/dependencies.cmake src/opencv.cmake
              ${PROJECT_BINARY_DIR}/hypnosConfigVersion.cmake
        DESTINATION ${package_folder} COMPONENT development)

option(HYPNOS_PACKAGE "Make what a Debian package holds: manual pages, completions, the service" OFF)
if(HYPNOS_PACKAGE)
  include(deploy/package.cmake)
endif()
