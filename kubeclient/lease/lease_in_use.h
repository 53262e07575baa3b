// Finds out whether a Lease has a holder that renews it. A process that leads without a Lease uses
// this before it begins (L-017).
//
// Times that other processes wrote are not compared with our clock. Instead a held Lease is read
// until it changes, or until its own duration has passed. If the server does not answer, it is
// asked again. Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/lease/lease.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

class LeaseInUse {
 public:
  // Begins at once; all references must outlive this. `found` is called once, later. Its argument
  // is the holder, or "" if
  //   - there is no Lease, or it has no holder
  //   - its holder does not renew it
  //   - we may not read it
  // Destroying this ends the question.
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
