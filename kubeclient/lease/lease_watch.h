// Watches one Lease for a candidate, so that the candidate learns of a release or renewal at once,
// and not only at its next read (L-009).
//
// The watch only saves time. The candidate also reads the Lease regularly, so if the watch is
// refused or silent, the candidate merely learns of the change later. Core thread only.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/back_off.h"
#include "kubeclient/lease/lease.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

class LeaseWatch {
 public:
  // Called with the Lease as it is now; nullopt if it was deleted. May call Stop.
  using Seen = std::function<void(const std::optional<Lease>&)>;

  // All references must outlive this.
  LeaseWatch(const Clock& clock, Random& random, TimerQueue& timers, Transport& transport,
             LeaseName name, Seen seen);
  ~LeaseWatch();
  LeaseWatch(const LeaseWatch&) = delete;
  LeaseWatch& operator=(const LeaseWatch&) = delete;

  // Start and Stop are idempotent. `seen` is not called after Stop.
  void Start();
  void Stop();

 private:
  void Open();
  void OnLine(std::string_view line);
  void OnEnd();
  void Close();

  const Clock& clock_;
  Random& random_;
  TimerQueue& timers_;
  Transport& transport_;
  const LeaseName name_;
  const Seen seen_;
  bool running_ = false;
  bool heard_ = false;  // the open stream has sent a readable event
  CallId call_ = 0;
  TimerId again_ = 0;
  BackOff back_off_;
  Lifetime stream_lifetime_;
};

}  // namespace windlass
