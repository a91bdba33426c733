# libfasttune_cuda: nvcc 11.8 of Debian (or newer) with a host compiler it accepts; code for sm_75..sm_90 and PTX for what comes after.
find_program(NVCC nvcc)
if(NOT NVCC)
  message(STATUS "nvcc is not installed: libfasttune_cuda is left out")
  return()
endif()

# nvcc 11.8 refuses g++ 12; any of these will do.
find_program(CUDA_HOST_COMPILER NAMES g++-11 clang++-14 g++-10)
set(NVCC_HOST "")
if(CUDA_HOST_COMPILER)
  set(NVCC_HOST -ccbin ${CUDA_HOST_COMPILER})
endif()

set(CUDA_ARCHITECTURES 75 80 86 89 90)
set(CODE "")
foreach(ARCHITECTURE ${CUDA_ARCHITECTURES})
  list(APPEND CODE -gencode arch=compute_${ARCHITECTURE},code=sm_${ARCHITECTURE})
endforeach()
list(APPEND CODE -gencode arch=compute_90,code=compute_90)

set(NVCC_FLAGS -std=c++17 -O3 -Xcompiler -fPIC,-fvisibility=hidden -Xptxas -v -I ${CMAKE_CURRENT_SOURCE_DIR}/cuda/lib)
file(GLOB HEADERS CONFIGURE_DEPENDS cuda/lib/*.cuh)
set(OBJECTS "")
foreach(KERNEL ${KERNELS})
  get_filename_component(NAME ${KERNEL} NAME_WE)
  set(OBJECT ${CMAKE_CURRENT_BINARY_DIR}/cuda/${NAME}.o)
  # ptxas's report on registers and spills stays beside the object; the static gates read it.
  add_custom_command(
    OUTPUT ${OBJECT}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/cuda
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/nvcc-report ${OBJECT}.ptxas ${NVCC} ${NVCC_HOST} ${NVCC_FLAGS} ${CODE} -c ${KERNEL} -o ${OBJECT}
    DEPENDS ${KERNEL} ${HEADERS}
    COMMENT "nvcc ${NAME}.cu"
    VERBATIM)
  list(APPEND OBJECTS ${OBJECT})
endforeach()

set(LIBRARY ${CMAKE_CURRENT_BINARY_DIR}/libfasttune_cuda.so)
add_custom_command(
  OUTPUT ${LIBRARY}
  COMMAND ${NVCC} ${NVCC_HOST} ${CODE} -shared -cudart static ${OBJECTS} -o ${LIBRARY}
  DEPENDS ${OBJECTS}
  COMMENT "linking libfasttune_cuda.so"
  VERBATIM)
add_custom_target(fasttune_cuda ALL DEPENDS ${LIBRARY})
