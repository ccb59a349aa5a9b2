# Programs for graphics devices as PTX, which the driver compiles for its device when it is loaded, so that neither
# building nor starting ours needs anything of CUDA. Clang needs no CUDA headers; nvcc serves where the source allows it.
# Without a compiler the program is empty, and what would use it says so.
find_program(NULLOR_NVCC nvcc PATHS /usr/local/cuda/bin DOC "compiles programs for graphics devices")
find_program(NULLOR_CLANG clang++ NAMES clang++ clang++-19 clang++-16 clang++-14 DOC "compiles programs for graphics devices")
mark_as_advanced(NULLOR_NVCC NULLOR_CLANG)

# nullor_cuda_program(<target> <source.cu> <variable> <header that declares it> [CLANG_ONLY])
# Gives the target `const char* const <variable>`.
function(nullor_cuda_program target source variable header)
  cmake_parse_arguments(PARSE_ARGV 4 only "CLANG_ONLY" "" "")
  set(folder ${CMAKE_BINARY_DIR}/cuda_programs)
  file(MAKE_DIRECTORY ${folder})
  set(ptx ${folder}/${variable}.ptx)
  set(out ${folder}/${variable}.cc)
  set(source ${CMAKE_SOURCE_DIR}/src/${source})
  if(NULLOR_NVCC AND NOT only_CLANG_ONLY)
    set(compile ${NULLOR_NVCC} -ptx -arch=compute_75)
  elseif(NULLOR_CLANG)
    set(compile ${NULLOR_CLANG} -x cuda --cuda-device-only --cuda-gpu-arch=sm_70 -nocudainc -nocudalib -O3 -S
                -Wno-unknown-cuda-version)
  else()
    message(STATUS "no compiler for ${source}: what runs on a graphics device is left out")
    file(WRITE ${ptx} "")
  endif()
  if(compile)
    add_custom_command(OUTPUT ${ptx} COMMAND ${compile} -std=c++20 -I${CMAKE_SOURCE_DIR}/src -MD -MT ${ptx} -MF ${ptx}.d
                       ${source} -o ${ptx} DEPENDS ${source} DEPFILE ${ptx}.d VERBATIM)
  endif()
  set(script ${CMAKE_SOURCE_DIR}/src/nullor/base/cuda_program.cmake)
  add_custom_command(OUTPUT ${out} COMMAND ${CMAKE_COMMAND} -DPTX=${ptx} -DOUT=${out} -DVARIABLE=${variable} -DHEADER=${header}
                     -P ${script} DEPENDS ${ptx} ${script} VERBATIM)
  target_sources(${target} PRIVATE ${out})
  set_source_files_properties(${out} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${PTX} text)
  # A string literal has its limit; neighbours are one.
  string(LENGTH "${text}" length)
  set(pieces "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 60000 piece)
    string(APPEND pieces "\nR\"PTX(${piece})PTX\"")
    math(EXPR at "${at} + 60000")
  endwhile()
  file(WRITE ${OUT} "#include \"${HEADER}\"\n\nnamespace nullor {\nconst char* const ${VARIABLE} = \"\"${pieces};\n}\n")
endif()
