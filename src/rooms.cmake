# One target a room: include/hypnos/<room>/ is what others may use, src/<room>/ is private.
# The table of who may use whom is enforced by tests/architecture/include_check.py.

add_library(hypnos_flags INTERFACE)
target_compile_options(hypnos_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  # Bits must not depend on which expressions the compiler chose to fuse.
  -ffp-contract=off)
# A newer compiler finds new things to warn of, which must not keep anybody from trying this.
set(first_untried_GNU 13)
set(first_untried_Clang 15)
if(HYPNOS_WERROR AND DEFINED first_untried_${CMAKE_CXX_COMPILER_ID}
   AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS first_untried_${CMAKE_CXX_COMPILER_ID})
  target_compile_options(hypnos_flags INTERFACE -Werror)
endif()
if(HYPNOS_SANITIZE)
  target_compile_options(hypnos_flags INTERFACE
    -fsanitize=${HYPNOS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(hypnos_flags INTERFACE -fsanitize=${HYPNOS_SANITIZE})
endif()

# add_room(layer SOURCES a.cc b.cc DEPENDS tensor LIBRARIES PkgConfig::OPENBLAS)
# DEPENDS names other rooms; LIBRARIES are third-party and stay private to the room.
function(add_room room)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  set(target hypnos_${room})
  add_library(${target} STATIC ${ROOM_SOURCES})
  add_library(hypnos::${room} ALIAS ${target})
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ROOM_DEPENDS PREPEND hypnos::)
  target_link_libraries(${target} PUBLIC ${ROOM_DEPENDS} PRIVATE $<BUILD_INTERFACE:hypnos_flags> ${ROOM_LIBRARIES})
endfunction()

# add_program(hypnosd SOURCES main.cc DEPENDS daemon)
function(add_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM PROGRAM_DEPENDS PREPEND hypnos::)
  target_link_libraries(${name} PRIVATE hypnos_flags ${PROGRAM_DEPENDS} ${PROGRAM_LIBRARIES} hypnos::version)
endfunction()
