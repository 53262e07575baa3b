# One library per box of the architecture, one test executable per box.

# windlass_box(<name> [links…]): library windlass_<name> of every .cc file beside the calling
# CMakeLists.
function(windlass_box name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  if(sources)
    windlass_join_files(files ${sources})
    add_library(windlass_${name} STATIC ${files})
    target_link_libraries(windlass_${name} PUBLIC ${ARGN})
    windlass_reuse_headers(windlass_${name} windlass_base)
  else()
    add_library(windlass_${name} INTERFACE)
    target_link_libraries(windlass_${name} INTERFACE ${ARGN})
  endif()
endfunction()

# kubeclient_export(<box> <name>): installs the library <box> with the package kubeclient, where it
# is libkubeclient_<name>.a and kubeclient::<name>.
function(kubeclient_export box name)
  set_target_properties(${box} PROPERTIES EXPORT_NAME ${name} OUTPUT_NAME kubeclient_${name})
  target_compile_features(${box} PUBLIC cxx_std_20)
  target_include_directories(${box} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  install(TARGETS ${box} EXPORT kubeclient COMPONENT kubeclient EXCLUDE_FROM_ALL)
endfunction()

# windlass_test(<name> [links…]): executable <name>_test of every *_test.cc beside the calling
# CMakeLists.
function(windlass_test name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cc)
  if(NOT sources)
    return()
  endif()
  windlass_join_files(files ${sources})
  add_executable(${name}_test ${files})
  target_link_libraries(${name}_test PRIVATE windlass_catch_main ${ARGN})
  windlass_test_objects(${name}_test)
  add_test(NAME ${name} COMMAND ${name}_test)
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT WINDLASS_PROVED=${PROJECT_BINARY_DIR}/proved/${name})  # test/proves.h
endfunction()
