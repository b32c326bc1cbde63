# Finds the five OpenCV modules we use. Debian's libopencv-dev carries the CMake package, but also
# VTK, Qt and half a gigabyte more; its per-module packages are enough and install in seconds.
# Imported, so that an installed library may name it: whoever links that includes this file, too.
add_library(hypnos_opencv INTERFACE IMPORTED)
set(modules core imgproc imgcodecs videoio video)
find_package(OpenCV QUIET COMPONENTS ${modules})
if(OpenCV_FOUND)
  target_link_libraries(hypnos_opencv INTERFACE ${OpenCV_LIBS})
  target_include_directories(hypnos_opencv INTERFACE ${OpenCV_INCLUDE_DIRS})
else()
  find_path(OPENCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
  target_include_directories(hypnos_opencv INTERFACE ${OPENCV_INCLUDE_DIR})
  foreach(module ${modules})
    find_library(OPENCV_${module}_LIBRARY opencv_${module} REQUIRED)
    target_link_libraries(hypnos_opencv INTERFACE ${OPENCV_${module}_LIBRARY})
  endforeach()
endif()
