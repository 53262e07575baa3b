// AssertionsThrow: turns a failed assertion into an exception.
// Use it only around code that works on one object and changes no lasting state: the exception may
// end that code anywhere. Example: code that plans the writes for one Deployment, and does not send
// them.
//
// Windlass uses it for planner code, in syncs and outside of them (controller/core/object_fault.h).
// An assertion still ends the process in
//   - code that stores what planner code has found: the caches, the lists of keys and of owners,
//     the counters of metrics, timers, Events. All objects share this data, and an exception would
//     leave it half changed
//   - Controller::Written and NotWritten: they only count, and plan nothing
//   - the listener of WorkloadController::BeforeRead: it changes the store of ReplicaSets, whose
//     indexes would be wrong after an exception
//   - decoding, with the predicates of DecodeInterest: it fills the table of interned texts, which
//     all objects share. A predicate that makes a Workload goes through KnownOf
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
  // Returns true if an AssertionsThrow exists on this thread.
  static bool IsActive();
  AssertionsThrow(const AssertionsThrow&) = delete;
  AssertionsThrow& operator=(const AssertionsThrow&) = delete;
};

}  // namespace windlass
