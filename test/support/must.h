// What a test expects of a Result: a value, or an error.
#pragma once

#include <string>
#include <utility>

#include "kubeclient/base/result.h"
#include "test/catch.h"

namespace windlass {

// Returns the value. An error ends the test case, which prints the message of the error.
template <typename T>
[[nodiscard]] T Must(Result<T> result) {
  INFO((result.ok() ? std::string() : result.error().message));
  REQUIRE(result.ok());
  return std::move(result).value();
}

// Returns the error. A value ends the test case.
template <typename T>
[[nodiscard]] Error MustFail(const Result<T>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error();
}

}  // namespace windlass
