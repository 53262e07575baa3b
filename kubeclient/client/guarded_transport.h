// GuardedTransport: the Transport of the whole process, with a circuit breaker that sees the end of
// every call (C-012).
//
//   Client, reflectors, LeaderElection ──▶ GuardedTransport ──▶ Transport
//                                             │ away: GET /readyz after 1, 2, 4, 5, 5… s
//                                             └──▶ on_change
//
// The server is "away" while the breaker is tripped, that is, while the server does not answer.
// Then the process sends only the following, however often callers retry (R-054, C-013):
//   - the probes: GET /readyz;
//   - one call or stream per kAwayPass. Reason: the /readyz of some servers never works, and the
//     guard must notice the return of such a server, too.
//   - all Lease calls during the first kAwayLease. After kAwayLease, a leader must not write any
//     more anyway, unless its renew_deadline is longer than kAwayLease.
// Every other call or stream gets kNotSent with ErrorDetail::kHeldBack. Core thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/client/circuit_breaker.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// A server that needs longer than this to answer /readyz is still away. Only one probe is under way
// at a time, so a probe that gets no answer may delay the next probe (ScheduleProbe).
inline constexpr Duration kProbeDeadline = seconds(3);
// While the server is away, the guard lets one call or stream through per this time (C-013).
inline constexpr Duration kAwayPass = seconds(10);
// For this long after the server went away, the guard lets all Lease calls through (C-013).
inline constexpr Duration kAwayLease = seconds(15);

class GuardedTransport final : public Transport {
 public:
  // All references must outlive the guard. After the guard's destruction, calls in flight still get
  // their answers, and calls that the guard refused get none.
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

  // The guard calls on_change with
  //   - true when the server goes away, before the handler of the call that tripped the breaker;
  //   - false when the server is back, after the handler of the answer or line that reset the
  //     breaker.
  // on_change may be null, and may start and cancel calls.
  std::function<void(bool away)> on_change;
  // Returns true if a request was kRefused since the last kUseful outcome. The server that answers
  // next may then be another one, or its etcd may have been restored.
  // In an outage, stays true until on_change(false) has returned, even after a kUseful outcome.
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
  int probes_sent_ = 0;  // since the breaker tripped
  uint64_t probes_total_ = 0;
  uint64_t times_away_ = 0;
  uint64_t sent_ = 0;
  bool was_refused_ = false;
  MonotonicTime next_pass_;  // while the server is away: when the guard lets the next call through
  CallId refused_ = 0;
  TimerId probe_timer_ = 0;
  CallId probe_ = 0;
  // Once the guard is gone, a callback only passes an answer or a line on to its handler.
  Lifetime lifetime_;
};

}  // namespace windlass
