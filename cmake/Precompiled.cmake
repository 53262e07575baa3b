# Precompiles headers that most files include. Only system headers: their text is the same in every
# checkout, so ccache hits. The debug preset does without: a file that lacks an include does not
# compile there, and clang-tidy reads its commands.
set(default OFF)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(default ON)
endif()
option(WINDLASS_PCH "Precompile headers" ${default})
set(WINDLASS_JOIN ${WINDLASS_PCH} CACHE STRING
  "Compile files eight at a time: ON, OFF, or TESTS for those of test/ alone")

set(WINDLASS_HEADERS <algorithm> <chrono> <functional> <map> <memory> <nlohmann/json.hpp> <optional>
  <set> <string> <string_view> <utility> <variant> <vector>)

# windlass_precompile(<target> <header>…): for <target>, and for targets that reuse them.
function(windlass_precompile target)
  if(WINDLASS_PCH)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

# windlass_reuse_headers(<target> <of>): both have to be compiled with the same options.
function(windlass_reuse_headers target of)
  if(WINDLASS_PCH AND NOT target STREQUAL of)
    target_precompile_headers(${target} REUSE_FROM ${of})
  endif()
endfunction()

# windlass_join_files(<variable> <file>…): eight files are compiled as one, in less than half of the
# time. So what is in anonymous namespaces needs a name of its own within a box, and each test has a
# namespace of its own. Sets <variable> to what is to be compiled. The debug preset compiles each
# file by itself.
function(windlass_join_files variable)
  get_property(number DIRECTORY PROPERTY windlass_joined)  # how many this folder has
  if(NOT number)
    set(number 0)
  endif()
  set(joined)
  set(rest ${ARGN})
  set(join ${WINDLASS_JOIN})
  if(join STREQUAL "TESTS")
    string(FIND ${CMAKE_CURRENT_SOURCE_DIR}/ ${PROJECT_SOURCE_DIR}/test/ at)
    if(NOT at EQUAL 0)
      set(join OFF)
    endif()
  endif()
  while(rest AND join)
    list(SUBLIST rest 0 8 eight)
    list(REMOVE_ITEM rest ${eight})
    set(text)
    foreach(file ${eight})
      file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${file})  # the same in every checkout
      string(APPEND text "#include \"${name}\"\n")
    endforeach()
    file(GENERATE OUTPUT joined-${number}.cc CONTENT "${text}")
    list(APPEND joined ${CMAKE_CURRENT_BINARY_DIR}/joined-${number}.cc)
    math(EXPR number "${number} + 1")
  endwhile()
  set_property(DIRECTORY PROPERTY windlass_joined ${number})
  # GCC takes an included file for a header, whose types must not have anonymous ones as members.
  if(joined)
    set_source_files_properties(${joined} PROPERTIES COMPILE_OPTIONS
      $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
  set(${variable} ${joined} ${rest} PARENT_SCOPE)
endfunction()

# windlass_test_objects(<target>…): what only tests run is compiled for a short build. The boxes and
# the simulator keep the flags of what is shipped.
function(windlass_test_objects)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE "$<$<CONFIG:Release>:-Og;-g0>")
    if(WINDLASS_SANITIZE)
      target_compile_options(${target} PRIVATE -Og)
    endif()
    if(WINDLASS_PCH)
      target_compile_options(${target} PRIVATE -fPIE)  # programs and archives share the headers
      windlass_reuse_headers(${target} windlass_test_headers)
    endif()
  endforeach()
endfunction()
