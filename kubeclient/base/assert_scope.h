// AssertionsThrow: makes a failed assertion an exception, for code that works on one object and
// changes nothing that outlives the exception. A planner is such code.
#pragma once

#include <stdexcept>

namespace windlass {

// what() is the message of the failed WL_ASSERT, with its file and line.
class AssertionError final : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// While an AssertionsThrow exists on a thread, a WL_ASSERT that fails on that thread throws
// AssertionError instead of ending the process.
class AssertionsThrow {
 public:
  AssertionsThrow();
  ~AssertionsThrow();
  AssertionsThrow(const AssertionsThrow&) = delete;
  AssertionsThrow& operator=(const AssertionsThrow&) = delete;
};

}  // namespace windlass
