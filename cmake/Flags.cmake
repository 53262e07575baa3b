# Compiler and linker flags of every target.

set(WINDLASS_SANITIZE "" CACHE STRING "Sanitizers: address;undefined or thread")
option(WINDLASS_WERROR "Treat warnings as errors" OFF)

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
                    -Wformat=2 -Wimplicit-fallthrough)
if(WINDLASS_WERROR)
  add_compile_options(-Werror)
endif()

# Hardening of release builds (OpenSSF guide).
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_compile_options(-fstack-protector-strong -fstack-clash-protection)
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -D_FORTIFY_SOURCE=3 ${CMAKE_CXX_FLAGS_RELEASE_EXTRA}")
include(CheckCXXCompilerFlag)
foreach(flag -fcf-protection=full -mbranch-protection=standard -ftrivial-auto-var-init=zero)
  string(MAKE_C_IDENTIFIER "WINDLASS_HAS${flag}" has)  # one of the first two, by architecture
  check_cxx_compiler_flag(${flag} ${has})
  if(${has})
    string(APPEND CMAKE_CXX_FLAGS_RELEASE " ${flag}")
  endif()
endforeach()

# GCC collects garbage once it has used 1 GiB, not 128 MiB: most files need less, and compile about
# 8% sooner.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  string(APPEND CMAKE_CXX_FLAGS_RELEASE " --param=ggc-min-heapsize=1048576")
endif()

if(WINDLASS_SANITIZE)
  string(REPLACE ";" "," sanitizers "${WINDLASS_SANITIZE}")
  add_compile_options(-fsanitize=${sanitizers} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${sanitizers})
endif()

# A compiler cache, where the machine has one. Paths are taken relative to the source tree and the
# working folder is left out of the hash, so that build folders and checkouts share what they
# compile.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(settings CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1)
  if(WINDLASS_PCH)  # what ccache's manual asks for, and one look at a file of 100 MB instead of 500
    list(APPEND settings CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_INODECACHE=1)
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env ${settings} ${CCACHE})
endif()
