// AssertionsThrow: turns a failed assertion into an exception. Use it only around code that
//   - works on one object, and
//   - changes no lasting state, because the exception may end that code anywhere.
// Example: code that plans the writes for one Deployment, and does not send them.
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
