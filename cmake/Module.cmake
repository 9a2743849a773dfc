# newscache_module(NAME LEVEL n SOURCES ... [USES modules...] [LIBRARIES targets...] [PRIVATE_LIBRARIES targets...])
#
# One static library per folder of daemon/. A module may use only modules of a lower level, and says which: a wrong edge
# stops the configure step here, and scripts/check-layers finds includes that no edge declares.
function(newscache_module name)
  cmake_parse_arguments(ARG "" "LEVEL" "SOURCES;USES;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  if(NOT DEFINED ARG_LEVEL OR ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "newscache_module(${name}): needs LEVEL and SOURCES; not understood: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  foreach(used IN LISTS ARG_USES)
    get_property(used_level GLOBAL PROPERTY newscache_level_${used})
    if(NOT DEFINED used_level OR used_level STREQUAL "")
      message(FATAL_ERROR "newscache_module(${name}): uses '${used}', which is no module declared before it")
    endif()
    if(NOT used_level LESS ARG_LEVEL)
      message(FATAL_ERROR
        "newscache_module(${name}): level ${ARG_LEVEL} may not use '${used}' of level ${used_level}; only lower levels")
    endif()
  endforeach()
  set_property(GLOBAL PROPERTY newscache_level_${name} ${ARG_LEVEL})

  list(TRANSFORM ARG_USES PREPEND newscache_)
  add_library(newscache_${name} STATIC ${ARG_SOURCES})
  target_include_directories(newscache_${name} PUBLIC ${CMAKE_SOURCE_DIR}/daemon)
  target_link_libraries(newscache_${name} PUBLIC ${ARG_USES} ${ARG_LIBRARIES}
    PRIVATE newscache_warnings ${ARG_PRIVATE_LIBRARIES})
  if(name IN_LIST NEWSCACHE_COVERAGE)
    target_compile_options(newscache_${name} PRIVATE --coverage -fprofile-abs-path -fprofile-update=atomic)
    target_link_options(newscache_${name} INTERFACE --coverage)
  endif()
endfunction()

# newscache_program(NAME SOURCES ... USES modules... [LIBRARIES targets...])
function(newscache_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  list(TRANSFORM ARG_USES PREPEND newscache_)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE newscache_warnings ${ARG_USES} ${ARG_LIBRARIES})
endfunction()
