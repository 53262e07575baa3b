// Whether somebody holds a Lease and renews it: what a process that leads without a Lease asks
// before it begins (L-017).
//
// Times written by others are not compared with our clock: a held Lease is looked at until it
// changes, or until its own length has passed. While the server does not answer nothing is known,
// and the question goes on. Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/client/lease.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

class LeaseInUse {
 public:
  // Begins at once; all references must outlive it. `found` is called once, later, with the holder;
  // "" when there is no Lease, nobody holds it, its holder does not renew it, or we may not look.
  // Destroying it ends the question.
  LeaseInUse(const Clock& clock, TimerQueue& timers, Transport& transport, LeaseName name,
             std::function<void(const std::string& holder)> found);
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
  std::function<void(const std::string&)> found_;
  std::optional<LeaseRecord> first_;
  MonotonicTime until_;
  CallId call_ = 0;
  TimerId timer_ = 0;
  std::shared_ptr<const bool> alive_;
};

}  // namespace windlass
