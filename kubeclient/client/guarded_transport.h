// GuardedTransport: the Transport of the whole process, with a circuit breaker that sees the end of
// every call (C-012).
//
//   Client, reflectors, LeaderElection ──▶ GuardedTransport ──▶ Transport
//                                             │ away: GET /readyz after 1, 2, 4, 5, 5… s
//                                             └──▶ on_change
//
// While the server is away, the process sends only the following, whatever its callers' back-off is
// (R-054, C-013):
//   - the probes;
//   - one call or stream per kAwayPass, so that the guard also notices the return of a server whose
//     /readyz never works;
//   - all Lease calls during the first kAwayLease. After that, the time until which a leader may
//     write (its permit) has ended anyway, unless its renew_deadline is longer.
// Every other call or stream gets kNotSent with ErrorDetail::kHeldBack. Core thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/client/circuit_breaker.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// A server that needs longer than this for /readyz counts as still away. Only one probe is under
// way at a time, so a probe without an answer may delay the next one (ScheduleProbe).
inline constexpr Duration kProbeDeadline = seconds(3);
// The time between two calls that pass while the server is away (C-013).
inline constexpr Duration kAwayPass = seconds(10);
// For this long after the server went away, all Lease calls pass (C-013).
inline constexpr Duration kAwayLease = seconds(15);

class GuardedTransport final : public Transport {
 public:
  // All references must outlive the guard. After its destruction, the handlers of calls in flight
  // still run, but their outcomes are no longer noted; refused calls get no answer.
  GuardedTransport(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                   Transport& inner);
  ~GuardedTransport() override;
  GuardedTransport(const GuardedTransport&) = delete;
  GuardedTransport& operator=(const GuardedTransport&) = delete;

  CallId Call(HttpRequest request, ReplyHandler reply) override;
  CallId Stream(HttpRequest request, StreamHandler handler) override;
  void Cancel(CallId id) override;

  // Returns true while the API server does not answer.
  bool away() const { return breaker_.tripped(); }
  uint64_t times_away() const { return times_away_; }
  uint64_t probes() const { return probes_total_; }
  // Returns how many calls and streams the whole process has sent, probes included.
  uint64_t sent() const { return sent_; }

  // Called with true when the server goes away, before the handler of the call that showed this.
  // Called with false when the server is back, after the handler of the answer or line that showed
  // this. The function may start and cancel calls. May be null.
  std::function<void(bool away)> on_change;
  // Returns true if a request was kRefused in the present outage, or before it but after the latest
  // kUseful outcome. The next server to answer may then be another one, whose etcd was restored to
  // an earlier state. The value is kept until on_change(false) has returned.
  bool was_refused() const { return was_refused_; }

 private:
  bool MayPass(CallClass call_class);
  CallId Refuse(std::function<void(Error)> answer);
  bool Note(CallOutcome outcome, std::string_view namespace_);
  void Take(std::optional<CallOutcome> outcome, std::string_view namespace_,
            const std::function<void()>& handle);
  void TellChange();
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
  bool was_refused_ = false;
  MonotonicTime next_pass_;  // while the server is away: when the next call may pass
  CallId refused_ = 0;
  TimerId probe_timer_ = 0;
  CallId probe_ = 0;
  // Destroyed with the guard. Callbacks hold a weak_ptr to `alive_`. Once the guard is gone, they
  // only pass the answer or line of a call or stream on to its handler.
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace windlass
