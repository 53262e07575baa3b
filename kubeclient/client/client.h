// Client: executes Requests. It knows paths and verbs, and limits the rate of calls.
// Before every mutation it checks whether this process may still write (WriteDeadline). If a call
// fails, the kind of the Error tells the caller what to do next.
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
// Upstream's limit is 1. Ours is higher, because a webhook that hangs on the Events of one
// namespace must not hold up the Events of others.
inline constexpr int kEventsInFlightMax = 8;
// The most lists, and the most GETs of one object, in flight. The limits bound memory: one tenant
// can cause many answers of the largest size.
// A list has up to 32 MiB, an object some 12 MB (answer_size.h).
inline constexpr int kListsInFlightMax = 2;
inline constexpr int kGetsInFlightMax = 4;

struct ClientOptions {
  double qps = 50;  // --kube-api-qps; <= 0 = no client-side limit
  int burst = 100;  // --kube-api-burst
  // --max-in-flight: the most calls in flight. Writes of Events do not count. Further calls wait in
  // order.
  int max_in_flight = 64;
};

struct ClientCounters {
  // The number of requests by method and HTTP code, for the metric rest_client_requests_total. The
  // code is "<error>" if no complete response came.
  std::map<std::pair<std::string, std::string>, uint64_t> requests;
  // How many calls were first in their queue when the rate limit stopped the queue. Calls behind
  // them do not count. Example: 10 calls wait, and are sent together 200 ms later. This counts 1.
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
  //   - At most kGetsInFlightMax GETs and kListsInFlightMax lists are under way at a time. Further
  //     reads wait, and later calls of other verbs are sent before them. Among the waiting reads,
  //     the namespaces take turns.
  //   - Writes of Events wait until no other call waits for its turn, and get a tenth of the rate.
  //   - A failed call that waits before its next try is overtaken by later calls.
  //
  // Errors that the client itself creates:
  //   - kFenced for a mutation, if writes are forbidden at any time from Execute until its turn;
  //     for an Event, if they are forbidden at Execute or at its turn (L-010).
  //   - kThrottled for any call, if the client has 65,536 calls already (kCallsWaitingMax).
  //   - kNotSent between Hold and Resume (see there).
  //
  // Retries: the client repeats what it may safely repeat (retry.h). Every other error goes to the
  // caller. The table has on the left what happened, and on the right how often and when the client
  // repeats the call:
  //   nothing was sent               once, at once
  //   401                            once, at once: the credentials may have been renewed
  //   429                            writes up to 3 times, reads up to 10 times; after 1 s, or
  //                                  after Retry-After if that is longer
  //   5xx to a read, or to a write   up to 3 times; after 250 ms, 500 ms and 1 s, or after
  //     that was not executed        Retry-After if that is longer
  //   a read's answer is lost or     like a 5xx to a read
  //     cannot be understood
  // For writes of Events, only the line of 401 applies. In addition, the client repeats them up to
  // 2 times if they were not sent, got a 429 or a 5xx, or got no usable answer. It does so even if
  // the write may have been executed.
  // Some calls are not repeated although the table names their HTTP code:
  //   - a webhook or policy denied the call (kForbidden);
  //   - the server could not call a webhook (kWebhook);
  //   - the call fails again until the object changes (kInvalid);
  //   - a PodDisruptionBudget refuses an eviction (C-019).
  // Writes, except of Events, are repeated only within kDecisionAgeMax after Execute. If a write's
  // next try has to wait longer than that, the caller gets the error of the last try.
  // In the table a dry run counts as a read. Exception: a dry run that was sent is not repeated if
  // its answer is late or lost.
  //
  // A DELETE that is answered 404 is a success with an empty body.
  void Execute(const Request& request, ReplyHandler reply);

  // Call Hold when the API server does not answer (GuardedTransport). Until Resume:
  //   - the client sends nothing and repeats nothing;
  //   - calls that wait and new calls get kNotSent. Exception: a write of an Event that has not
  //     failed yet waits for Resume;
  //   - congested() is true.
  // Resume begins a slow start: one call per second at first, the whole rate after kSlowStart. Hold
  // and Resume are idempotent.
  void Hold();
  void Resume();

  // Returns true from Hold until Resume, and while calls wait for their turn. These calls do not
  // count:
  //   - writes of Events;
  //   - failed calls that wait before their next try;
  //   - reads that wait because kGetsInFlightMax GETs or kListsInFlightMax lists are under way.
  // While this is true, a new request would wait in the client, and might be out of date when the
  // client sends it. A caller that can wait should make its decision later, in answer to on_free.
  bool congested() const;
  // Called when congested() has become false. The client calls it inside Execute, Resume, a timer
  // or a reply, so on_free must not call Execute. May be null.
  std::function<void()> on_free;

  // Returns true while the API server may still carry out a write whose outcome is not known. A
  // leader does not give up its Lease while this is true (L-012).
  //   - The outcome is not known if the connection broke, or a proxy lost the answer or did not
  //     wait for it.
  //   - The server gives the write up at the write's deadline at the latest. Example: a write with
  //     a deadline of 10 s is sent at 100 s. At 101 s its connection is reset. True until 110 s.
  //   - Writes of Events are left out.
  bool write_may_arrive() const;

  const ClientOptions& options() const;

  ClientCounters counters() const;
  // Called once per HTTP request; may be null:
  //   - on_request_duration, with the time from sending to the answer, for the metric
  //     rest_client_request_duration_seconds;
  //   - on_rate_limiter_duration, with the time that the request waited for its turn, for the
  //     metric rest_client_rate_limiter_duration_seconds.
  std::function<void(std::string_view method, Duration)> on_request_duration;
  std::function<void(const Request&, Duration)> on_rate_limiter_duration;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Returns a request in its HTTP form, without host. The client uses this function, and so does code
// that sends requests without a Client, such as kubectl-windlass and tests.
HttpRequest ToHttp(const Request& request, std::string_view field_manager);

// Returns what an HTTP response to a request with `verb` means:
//   - 2xx with a JSON object: a Reply. The object is not decoded here. Exception: the result is an
//     Error if the answer to kCreateSubresource is a Status that reports a failure.
//   - kNotFound to a DELETE: a Reply with an empty body.
//   - Any other response: an Error with the Status' message and causes. C-015 says of which kind.
//     The kind is kAmbiguous if a mutation may have been executed: after a 1xx, a 408, most 5xx, or
//     a 2xx without a JSON object.
Result<Reply> FromHttp(Verb verb, HttpResponse response, Decoder& decoder);

}  // namespace windlass
