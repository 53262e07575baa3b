// Executes Requests: paths and verbs, errors by what the caller can do, limits, the one write gate.
//
//   controllers ── Request ──▶ Client ──▶ WriteGate (mutations only) ──▶ rate limit ──▶ Transport
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
#include "kubeclient/base/log.h"
#include "kubeclient/base/result.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/client/write_gate.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

struct ClientOptions {
  std::string field_manager = "windlass";
  double qps = 50;         // --kube-api-qps; <= 0 = no client-side limit
  int burst = 100;         // --kube-api-burst
  int max_in_flight = 64;  // --max-in-flight; further calls wait in order
};

// Series of rest_client_requests_total{code,method}; code "<error>" when no response came.
struct ClientCounters {
  std::map<std::pair<std::string, std::string>, uint64_t> requests;  // {method, code}
  uint64_t rate_limited = 0;
  int in_flight = 0;
  size_t waiting = 0;      // for their turn, or backing off
  uint64_t throttled = 0;  // answers 429 and 503
  double rate = 0;         // calls per second allowed just now; 0 = no limit
};

class Client {
 public:
  using ReplyHandler = std::function<void(Result<Reply>)>;

  // All references must outlive the client. Destroying it drops the handlers that have not come.
  Client(const Clock& clock, TimerQueue& timers, Transport& transport, Decoder& decoder,
         const WriteGate& gate, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Executes the request; `reply` comes exactly once, later. What may safely be repeated is
  // repeated here (nothing was sent: once at once; 429: up to 3 times after its Retry-After; a 5xx
  // known to have done nothing: up to 3 times; reads more often; retry.h); everything else is the
  // caller's decision. A mutation is refused with kFenced while the gate is closed, checked again
  // immediately before it is sent. DELETE answered 404 is a success with an empty body. Calls are
  // sent in the order of Execute; writes of Events wait until nothing else does, and get a tenth of
  // the rate.
  void Execute(const Request& request, ReplyHandler reply);

  // The API server does not answer (GuardedTransport). Until Resume nothing is sent: calls that
  // wait or come, Events excepted, are answered kNotSent, what is in flight is not repeated, and
  // congested() holds. Events wait, those that have failed before are given up. Resume lets calls
  // out at one per second, growing to the whole rate within kSlowStart. Both are idempotent.
  void Hold();
  void Resume();

  // Calls other than writes of Events wait for their turn already, or for the server: whatever is
  // decided now would be old when it is sent. Who can decide later should, once on_free says that
  // nobody waits any more (called from within Execute or a reply; it must not call back at once).
  bool congested() const;
  std::function<void()> on_free;

  const ClientOptions& options() const;

  ClientCounters counters() const;
  // Observers, once per HTTP request: rest_client_request_duration_seconds; and how long it had
  // waited for its turn, rest_client_rate_limiter_duration_seconds.
  std::function<void(std::string_view method, Duration)> on_request_duration;
  std::function<void(const Request&, Duration)> on_rate_limiter_duration;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The HTTP form of a request, without host: the one table of paths. Used by the client, and by
// tests that hold the model of the API server to the same bytes.
HttpRequest ToHttp(const Request& request, std::string_view field_manager);

// What an HTTP response to `verb` means: a Reply for 2xx, otherwise an Error of the kind of
// C-015 with the Status' message. For a mutation, a 5xx that may have been executed is
// kAmbiguous.
Result<Reply> FromHttp(Verb verb, HttpResponse response, Decoder& decoder);

}  // namespace windlass
