# Adds the generated page assets to the library `target`.
function(nullor_page_assets target)
  set(folder ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
  set(generated ${CMAKE_BINARY_DIR}/generated/page_assets.cc)
  file(GLOB parts CONFIGURE_DEPENDS ${folder}/*.js ${folder}/*.css)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DOUT=${generated} -DFOLDER=${folder} -P ${folder}/embed.cmake
    DEPENDS ${parts} ${folder}/embed.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${generated})
endfunction()
