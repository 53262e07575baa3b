// Finds out whether a Lease has a holder that renews it. A process that leads without a Lease uses
// LeaseInUse before it begins (L-017).
//
// LeaseInUse reads a Lease with a holder again and again, until the Lease has changed or its
// leaseDurationSeconds have passed. If these are missing, `lease_duration` counts. LeaseInUse
// ignores the times in the Lease, because other processes wrote them. It repeats a read that got no
// usable answer.
// Core thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/lease/lease.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

class LeaseInUse {
 public:
  // Begins at once; all references must outlive this object. `found` is called once, later. Its
  // argument is the Lease's holder, or "" if
  //   - there is no Lease, or the Lease has no holder
  //   - the holder does not renew the Lease
  //   - the API server refuses the read, for example because we have no right to read the Lease
  // Destroying this object ends the search.
  LeaseInUse(const Clock& clock, TimerQueue& timers, Transport& transport, LeaseName name,
             Duration lease_duration, std::function<void(const std::string& holder)> found);
  ~LeaseInUse();
  LeaseInUse(const LeaseInUse&) = delete;
  LeaseInUse& operator=(const LeaseInUse&) = delete;

 private:
  void Look();
  void Answered(const LeaseAnswer& answer);

  const Clock& clock_;
  TimerQueue& timers_;
  Transport& transport_;
  const LeaseName name_;
  const Duration lease_duration_;
  std::function<void(const std::string&)> found_;
  std::optional<LeaseRecord> first_;
  MonotonicTime until_;
  CallId call_ = 0;
  TimerId timer_ = 0;
  Lifetime lifetime_;
};

}  // namespace windlass
