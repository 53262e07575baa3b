// A property as a Catch2 assertion. RapidCheck's own header for Catch2 knows only version 2.
//
//   CheckProperty("canonical form ignores key order", [](int seed) { RC_ASSERT(…); });
//
// A failure prints the smallest failing input that RapidCheck found, and the RC_PARAMS that replay
// it.
#pragma once

#include <rapidcheck.h>

#include <sstream>
#include <string>
#include <utility>

#include "test/catch.h"

namespace windlass {

template <typename Testable>
void CheckProperty(const std::string& description, Testable&& testable) {
  const auto result = rc::detail::checkTestable(std::forward<Testable>(testable));
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  INFO(description << "\n" << text.str());
  CHECK(result.template is<rc::detail::SuccessResult>());
}

}  // namespace windlass
