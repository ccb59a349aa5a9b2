# libnullor_train.so, where LibTorch is installed: Debian's libtorch-dev, or another one whose folder is named in
# CMAKE_PREFIX_PATH. Its own package file is left aside: it changes flags of the whole project, and asks for the
# CUDA toolkit, which nothing here needs.
option(NULLOR_TORCH "build the training module when LibTorch is found" ON)
find_path(TORCH_INCLUDE torch/csrc/api/include/torch/torch.h)
find_library(TORCH_LIBRARY torch)
find_library(TORCH_CPU_LIBRARY torch_cpu)
find_library(TORCH_C10_LIBRARY c10)
find_library(TORCH_CUDA_LIBRARY torch_cuda)
mark_as_advanced(TORCH_INCLUDE TORCH_LIBRARY TORCH_CPU_LIBRARY TORCH_C10_LIBRARY TORCH_CUDA_LIBRARY)

if(NULLOR_TORCH AND TORCH_INCLUDE AND TORCH_LIBRARY AND TORCH_CPU_LIBRARY AND TORCH_C10_LIBRARY)
  # Some are built for the strings of before GCC 5; their functions cannot be called from here.
  file(STRINGS ${TORCH_C10_LIBRARY} torch_new_strings REGEX "NSt7__cxx1112basic_string" LIMIT_COUNT 1)
  if(NOT torch_new_strings)
    message(STATUS "LibTorch in ${TORCH_C10_LIBRARY} has the old C++ ABI: no training module; take the cxx11 ABI one")
  else()
    message(STATUS "LibTorch: ${TORCH_LIBRARY}")
    add_library(nullor_train MODULE src/nullor/learn/torch/torch_backend.cc src/nullor/learn/torch/torch_engine.cc)
    target_include_directories(nullor_train SYSTEM PRIVATE ${TORCH_INCLUDE} ${TORCH_INCLUDE}/torch/csrc/api/include)
    target_compile_definitions(nullor_train PRIVATE Eigen=NullorEigen)
    # Libraries that register kernels when they are loaded, which nothing calls by name.
    target_link_libraries(nullor_train PRIVATE nullor_learn -Wl,--no-as-needed ${TORCH_LIBRARY} ${TORCH_CPU_LIBRARY}
                          $<$<BOOL:${TORCH_CUDA_LIBRARY}>:${TORCH_CUDA_LIBRARY}> ${TORCH_C10_LIBRARY} -Wl,--as-needed)
    set_target_properties(nullor_train PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/nullor
                          CXX_VISIBILITY_PRESET hidden)
    target_compile_options(nullor_train PRIVATE $<$<CONFIG:Release>:-O1>)
    install(TARGETS nullor_train LIBRARY DESTINATION lib/nullor)
    # The program, and tests, load it when they are asked to.
    if(TARGET learn_test)
      add_dependencies(learn_test nullor_train)
    endif()
  endif()
endif()
