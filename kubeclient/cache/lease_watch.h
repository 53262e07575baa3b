// A watch of one Lease, for those who wait for it: a release or a renewal is known when it happens
// instead of at the next look (L-009).
//
// It only ever makes things sooner. Whoever uses it also looks now and then: a watch that is
// refused, or silent, costs nothing but that. Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/back_off.h"
#include "kubeclient/client/lease.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

class LeaseWatch {
 public:
  // The Lease as it is now, or nullopt when it was deleted; may call Stop.
  using Seen = std::function<void(const std::optional<Lease>&)>;

  // All references must outlive it.
  LeaseWatch(const Clock& clock, Random& random, TimerQueue& timers, Transport& transport,
             LeaseName name, Seen seen);
  ~LeaseWatch();
  LeaseWatch(const LeaseWatch&) = delete;
  LeaseWatch& operator=(const LeaseWatch&) = delete;

  // Both idempotent. Nothing is seen after Stop.
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
  bool heard_ = false;  // the stream under way has said something sensible
  CallId call_ = 0;
  TimerId again_ = 0;
  BackOff back_off_;
  // What a closed stream says reaches nobody.
  std::shared_ptr<const bool> stream_;
};

}  // namespace windlass
