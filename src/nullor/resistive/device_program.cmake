# kDeviceProgram: device_epoch.cu as PTX, which the driver compiles for its device when it is loaded, so that
# neither building nor starting the program needs anything of CUDA. By nvcc where there is one (NULLOR_NVCC), else by
# clang, which needs no CUDA headers; without either it is empty.
find_program(NULLOR_NVCC nvcc PATHS /usr/local/cuda/bin DOC "compiles the program for graphics devices")
find_program(NULLOR_CLANG clang++ NAMES clang++ clang++-19 clang++-16 clang++-14 DOC "compiles it where there is no nvcc")
mark_as_advanced(NULLOR_NVCC NULLOR_CLANG)

function(nullor_device_program target)
  set(source ${CMAKE_SOURCE_DIR}/src/nullor/resistive/device_epoch.cu)
  set(ptx ${CMAKE_BINARY_DIR}/device_program/device_epoch.ptx)
  set(out ${CMAKE_BINARY_DIR}/device_program/device_program.cc)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/device_program)
  if(NULLOR_NVCC)
    set(compile ${NULLOR_NVCC} -ptx -arch=compute_75 -std=c++20)
  elseif(NULLOR_CLANG)
    set(compile ${NULLOR_CLANG} -x cuda --cuda-device-only --cuda-gpu-arch=sm_70 -nocudainc -nocudalib -std=c++20 -O3 -S
                -Wno-unknown-cuda-version)
  else()
    message(STATUS "no nvcc and no clang: resistive train has no --device cuda")
    file(WRITE ${ptx} "")
  endif()
  if(compile)
    add_custom_command(OUTPUT ${ptx} COMMAND ${compile} -I${CMAKE_SOURCE_DIR}/src ${source} -o ${ptx} VERBATIM
      DEPENDS ${source} ${CMAKE_SOURCE_DIR}/src/nullor/resistive/device_epoch.h
              ${CMAKE_SOURCE_DIR}/src/nullor/resistive/device_plan.h ${CMAKE_SOURCE_DIR}/src/nullor/resistive/device_update.h)
  endif()
  add_custom_command(OUTPUT ${out} COMMAND ${CMAKE_COMMAND} -DPTX=${ptx} -DOUT=${out} -P
                     ${CMAKE_SOURCE_DIR}/src/nullor/resistive/device_program.cmake
    DEPENDS ${ptx} ${CMAKE_SOURCE_DIR}/src/nullor/resistive/device_program.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${PTX} text)
  file(WRITE ${OUT} "#include \"nullor/resistive/deep_trainer.h\"\n\nnamespace nullor {\nconst char* const kDeviceProgram = R\"PTX(${text})PTX\";\n}\n")
endif()
