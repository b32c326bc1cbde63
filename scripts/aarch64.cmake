# Toolchain for 64-bit Arm, with Debian's cross compiler and qemu. Beside scripts/test-neon, which
# lays the libraries into build/neon/sysroot; nothing else uses it.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(sysroot ${CMAKE_CURRENT_LIST_DIR}/../build/neon/sysroot)
get_filename_component(sysroot ${sysroot} ABSOLUTE)
set(libraries ${sysroot}/usr/lib/aarch64-linux-gnu)
# Not CMAKE_SYSROOT: the C and C++ libraries are the cross compiler's own.
set(CMAKE_FIND_ROOT_PATH ${sysroot})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${sysroot})
set(ENV{PKG_CONFIG_LIBDIR} ${libraries}/pkgconfig:${libraries}/openblas-pthread/pkgconfig)
include_directories(SYSTEM ${sysroot}/usr/include)
# Libraries of libraries, such as OpenBLAS's Fortran.
add_link_options(-Wl,-rpath-link,${libraries})

set(CMAKE_CROSSCOMPILING_EMULATOR
    qemu-aarch64 -L /usr/aarch64-linux-gnu
    -E LD_LIBRARY_PATH=${libraries}:${libraries}/openblas-pthread)
