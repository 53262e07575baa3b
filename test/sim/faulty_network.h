// A network between a process and its transport that fails on command: the API server does not
// answer, throttles, or refuses one resource. It counts what the process tries.
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

  // While the network is down, every open connection breaks and new ones are refused.
  void SetDown(bool down);
  // Answers every Call except those of leader election with 429 and this Retry-After. Zero ends the
  // throttling.
  void SetThrottled(Duration retry_after) { retry_after_ = retry_after; }
  // Answers every request whose path contains `part` with `code` (403 or 404), and breaks such
  // streams that are open. An empty `part` refuses nothing.
  void SetRefused(std::string part, int code = 403);

  // Returns the number of calls and streams begun, also of those that failed.
  uint64_t tried() const { return tried_; }

  CallId Call(HttpRequest request, ReplyHandler reply) override;
  CallId Stream(HttpRequest request, StreamHandler handler) override;
  void Cancel(CallId id) override;

 private:
  bool IsRefused(const HttpRequest& request) const {
    return !refused_.empty() && request.target.find(refused_) != std::string::npos;
  }
  // Breaks the open streams for which `which` returns true.
  void Break(const std::function<bool(const HttpRequest&)>& which);
  void Later(std::function<void()> run) { timers_.At(clock_.Now(), std::move(run)); }

  const Clock& clock_;
  TimerQueue& timers_;
  Transport& inner_;
  bool down_ = false;
  Duration retry_after_{0};
  std::string refused_;
  int refused_code_ = 403;
  uint64_t tried_ = 0;
  struct OpenStream {
    HttpRequest request;
    StreamHandler handler;
  };
  std::map<CallId, OpenStream> streams_;  // those that the inner transport holds open
  CallId failed_ = 0;
};

}  // namespace windlass::sim
