# What Windlass is built from: Debian packages, found by find_package, with an error that names the
# one that is missing.

function(windlass_require found debian_package what)
  if(NOT ${found})
    message(FATAL_ERROR "${what} was not found. Remedy: apt-get install ${debian_package}")
  endif()
endfunction()

# windlass_find(<package> <debian package> <what it is for>)
macro(windlass_find package debian_package what)
  find_package(${package} QUIET)
  windlass_require(${package}_FOUND ${debian_package} "${package} (${what})")
endmacro()

find_package(Threads REQUIRED)
windlass_find(OpenSSL libssl-dev "TLS")
windlass_find(cpprestsdk libcpprest-dev "HTTP transport")
windlass_find(nlohmann_json nlohmann-json3-dev "building request bodies")
windlass_find(simdjson libsimdjson-dev "decoding objects")
windlass_find(spdlog libspdlog-dev "logging")
windlass_find(yaml-cpp libyaml-cpp-dev "reading kubeconfig files")
windlass_find(CLI11 libcli11-dev "command-line flags")
windlass_find(prometheus-cpp prometheus-cpp-dev "metrics")

if(BUILD_TESTING)
  windlass_find(Catch2 catch2 "unit tests")
  find_path(RAPIDCHECK_INCLUDE rapidcheck.h)
  find_library(RAPIDCHECK_LIBRARY rapidcheck)
  windlass_require(RAPIDCHECK_LIBRARY librapidcheck-dev "RapidCheck (property tests)")
endif()
