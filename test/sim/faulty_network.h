// A network between a process and its transport that fails on command: the API server is gone, or
// it throttles. Counts what the process tries meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/transport/transport.h"

namespace windlass::sim {

class FaultyNetwork final : public Transport {
 public:
  // All references must outlive the network.
  FaultyNetwork(const Clock& clock, TimerQueue& timers, Transport& inner)
      : clock_(clock), timers_(timers), inner_(inner) {}

  // While down: every connection breaks, and new ones are refused.
  void SetDown(bool down);
  // Answers every Call except those of leader election with 429 and this Retry-After; zero: none.
  void SetThrottled(Duration retry_after) { retry_after_ = retry_after; }

  // Returns the number of calls and streams begun, whatever their outcome.
  uint64_t tried() const { return tried_; }

  CallId Call(HttpRequest request, ReplyHandler reply) override;
  CallId Stream(HttpRequest request, StreamHandler handler) override;
  void Cancel(CallId id) override;

 private:
  void Later(std::function<void()> run) { timers_.At(clock_.Now(), std::move(run)); }

  const Clock& clock_;
  TimerQueue& timers_;
  Transport& inner_;
  bool down_ = false;
  Duration retry_after_{0};
  uint64_t tried_ = 0;
  std::map<CallId, StreamHandler> streams_;  // that the inner transport holds open
  CallId failed_ = 0;
};

}  // namespace windlass::sim
