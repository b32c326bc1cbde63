# find_package(hypnos), then target_link_libraries(... hypnos::hypnos).
# Debian's packages for what it stands on are the group `build` of scripts/install-packages.
include(${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/hypnosTargets.cmake)
