// Client: executes Requests. It knows paths and verbs, limits the rate, and asks the write deadline
// before every mutation. It sorts refusals and failures into Errors by what the caller can do next.
//
//   controllers ── Request ──▶ Client ──▶ WriteDeadline (mutations) ──▶ rate limit ──▶ Transport
//
// Core thread only. Rules: C-010, C-015.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/client/write_deadline.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// The most writes of Events in flight. The limit is low, so that a slow server gets fewer Events.
// It is higher than upstream's limit of one, so that a webhook that hangs on the Events of one
// namespace does not hold up Events of other namespaces.
inline constexpr int kEventsInFlightMax = 8;
// The most lists, and the most GETs of one object, in flight. The limits bound memory, because one
// tenant can cause many answers of the largest size: a list has up to 32 MiB, an object 8.7 MB.
inline constexpr int kListsInFlightMax = 2;
inline constexpr int kGetsInFlightMax = 4;

struct ClientOptions {
  double qps = 50;  // --kube-api-qps; <= 0 = no client-side limit
  int burst = 100;  // --kube-api-burst
  // --max-in-flight; further calls wait in order. Writes of Events do not count.
  int max_in_flight = 64;
};

struct ClientCounters {
  // {method, code} to count: the series of rest_client_requests_total. The code is "<error>" if no
  // complete response came.
  std::map<std::pair<std::string, std::string>, uint64_t> requests;
  // Calls that were first in their lane when the rate limit stopped the lane. Calls behind them do
  // not count. Example: 10 calls wait and are sent together 200 ms later: 1.
  uint64_t rate_limited = 0;
  int in_flight = 0;
  size_t waiting = 0;      // all calls that are not in flight
  uint64_t throttled = 0;  // answers 429 and 503, except those that may be due to one object
  double rate = 0;         // calls per second allowed now; 0 = no limit
};

class Client {
 public:
  using ReplyHandler = std::function<void(Result<Reply>)>;

  // All references must outlive the client. A destroyed client calls no handler. `field_manager` is
  // the name that managedFields shows for the client's writes; it must not be empty.
  Client(const Clock& clock, TimerQueue& timers, Transport& transport, Decoder& decoder,
         const WriteDeadline& write_deadline, std::string field_manager,
         ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Executes the request and calls `reply` exactly once, after Execute has returned.
  //
  // Order: calls are sent in the order of Execute, with three exceptions:
  //   - Only kGetsInFlightMax GETs and kListsInFlightMax lists are under way at a time. Further
  //     reads wait; their namespaces take turns, and other calls pass them.
  //   - Writes of Events wait until no other call waits for its turn, and get a tenth of the rate.
  //   - Later calls pass a call that backs off before it is repeated.
  //
  // Errors of the client itself:
  //   - kFenced for a mutation, if writes are forbidden now or when the mutation's turn comes. Also
  //     if writes were forbidden at some time in between, unless the mutation is a write of an
  //     Event (L-010).
  //   - kThrottled for any call, if the client has 65,536 calls already (kCallsWaitingMax).
  //
  // Retries: the client repeats what it may safely repeat (retry.h). Every other error goes to the
  // caller. The table says what happened, and then how often and when the call is repeated:
  //   nothing was sent               once, at once
  //   401                            once, at once: the credentials may have been renewed
  //   429                            writes up to 3 times, reads up to 10 times, after 1 s, or
  //                                  after Retry-After if that is longer; not an eviction that a
  //                                  PodDisruptionBudget refuses (C-019)
  //   5xx, and nothing was executed  up to 3 times, after 250 ms, 500 ms and 1 s, or after
  //                                  Retry-After if that is longer
  //   a read's answer is lost or     as after a 5xx
  //     cannot be understood
  //   write of an Event not sent,    up to 2 times, even if the write may have been executed; of
  //     429, 5xx, no usable answer   the lines above, only that of 401 applies
  // Whatever the code, the client does not repeat a call that a webhook or policy denied
  // (kForbidden), for which the server could not call a webhook (kWebhook), or that fails again
  // until the object changes (kInvalid).
  // A write other than of an Event is not repeated later than kDecisionAgeMax after Execute, also
  // if it waits for its turn until then. A dry run that was sent and whose answer is late or lost
  // is not repeated.
  //
  // A DELETE that is answered 404 is a success with an empty body.
  void Execute(const Request& request, ReplyHandler reply);

  // Call Hold when the API server does not answer (GuardedTransport). Until Resume:
  //   - the client sends nothing and repeats nothing;
  //   - waiting calls and new calls get kNotSent, except that a write of an Event which has not
  //     failed yet waits;
  //   - congested() is true.
  // After Resume the client sends again, at first one call per second, and at the whole rate after
  // kSlowStart. Hold and Resume are idempotent.
  void Hold();
  void Resume();

  // Returns true while calls, other than writes of Events, wait for their turn, and from Hold until
  // Resume. Calls that back off do not count, nor reads that wait because kGetsInFlightMax GETs or
  // kListsInFlightMax lists are under way. While this is true, a request that a caller decides now
  // would be out of date when the client sends it. So a caller that can wait should decide when
  // on_free is called.
  bool congested() const;
  // Called when congested() has become false. Runs inside Execute, Resume, a timer or a reply, so
  // it must not call Execute. May be null.
  std::function<void()> on_free;

  const ClientOptions& options() const;

  ClientCounters counters() const;
  // Observers, called once per HTTP request; may be null. on_request_duration gets the time to the
  // answer (rest_client_request_duration_seconds), on_rate_limiter_duration the time that the
  // request waited for its turn (rest_client_rate_limiter_duration_seconds).
  std::function<void(std::string_view method, Duration)> on_request_duration;
  std::function<void(const Request&, Duration)> on_rate_limiter_duration;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Returns a request in its HTTP form, without host. Used by the client, and by tests that compare
// it with the modelled API server.
HttpRequest ToHttp(const Request& request, std::string_view field_manager);

// Returns what an HTTP response to a request with `verb` means:
//   - 2xx with a JSON object: a Reply. The object is not decoded here. Exception: for
//     kCreateSubresource, a Status of failure is an Error.
//   - kNotFound to a DELETE: a Reply with an empty body.
//   - Any other response: an Error with a kind by C-015, and with the Status' message and causes.
//     The kind is kAmbiguous if a mutation may have been executed: after a 408, most 5xx, or a 2xx
//     without a JSON object.
Result<Reply> FromHttp(Verb verb, HttpResponse response, Decoder& decoder);

}  // namespace windlass
