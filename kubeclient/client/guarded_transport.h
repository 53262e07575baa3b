// The Transport of a whole process, with a circuit breaker that sees every exchange (C-012).
//
//   Client, reflectors, LeaderElection ──▶ GuardedTransport ──▶ Transport
//                                             │ away: GET /readyz at 1, 2, 4, 5, 5… s
//                                             └──▶ on_change
//
// While the server is away, whatever the callers' back-off is, the process as a whole stays
// silent (C-013): besides the probes one call or stream in kAwayPass is let through, so that a
// server whose /readyz is broken for good is found, too; the others are answered kNotSent. Lease
// calls all pass for the first kAwayLease: longer than that no permit lasts that is not renewed,
// and a renewal would have ended it. Core thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/client/circuit_breaker.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

class GuardedTransport final : public Transport {
 public:
  // All references must outlive it; it must outlive the calls made through it, or their handlers
  // are simply not observed any more.
  GuardedTransport(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                   Transport& inner);
  ~GuardedTransport() override;
  GuardedTransport(const GuardedTransport&) = delete;
  GuardedTransport& operator=(const GuardedTransport&) = delete;

  CallId Call(HttpRequest request, ReplyHandler reply) override;
  CallId Stream(HttpRequest request, StreamHandler handler) override;
  void Cancel(CallId id) override;

  // The API server does not answer.
  bool away() const { return breaker_.tripped(); }
  uint64_t times_away() const { return times_away_; }
  uint64_t probes() const { return probes_total_; }
  // Calls and streams sent to the server by anybody, probes included.
  uint64_t sent() const { return sent_; }

  // The server went away, or is back. Called before the handler of the exchange that told; it may
  // start and cancel calls.
  std::function<void(bool away)> on_change;

 private:
  bool MayPass(CallClass call_class);
  CallId Refuse(std::function<void(Error)> answer);
  void Note(Exchange exchange);
  void ScheduleProbe();
  void Probe();

  const Clock& clock_;
  Random& random_;
  Log& log_;
  TimerQueue& timers_;
  Transport& inner_;
  CircuitBreaker breaker_;
  int probes_sent_ = 0;  // since the breaker opened
  uint64_t probes_total_ = 0;
  uint64_t times_away_ = 0;
  uint64_t sent_ = 0;
  MonotonicTime next_pass_;  // while the server is away
  CallId refused_ = 0;
  TimerId probe_timer_ = 0;
  CallId probe_ = 0;
  // Answers on their way when the guard goes find it gone.
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace windlass
