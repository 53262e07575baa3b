// Transport over the modelled API server: the network of one simulated process.
//
// Every request and every answer takes a small random time; the lines of one stream keep their
// order. A request that its caller gave up (cancelled, timed out, the process gone) still takes
// effect on the server, as on a real network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "kubeclient/base/answer_size.h"
#include "kubeclient/base/random.h"
#include "kubeclient/transport/transport.h"
#include "test/sim/api_server.h"

namespace windlass::sim {

// What happens to one call.
enum class Fate : uint8_t {
  kDelivered,
  kRequestLost,  // the server never sees it; the caller's deadline passes
  kReplyLost,    // it takes effect; the caller's deadline passes
  kForbidden,    // the server says 403 "no", and does nothing
  kNotServed,    // the server says 404, as for a resource that it does not know
};

struct SimTransportOptions {
  std::string actor = "windlass";
  Duration latency_min = std::chrono::microseconds(200);
  Duration latency_max = milliseconds(4);
  size_t body_bytes_max = kBodyBytesMax;  // a larger answer to a Call is refused
};

class SimTransport final : public Transport {
 public:
  // Timers that call handlers of the process run in `timers`, the process's own; the server's part
  // runs in the world's timers. All references must outlive the transport.
  SimTransport(ApiServer& server, TimerQueue& timers, Random random, SimTransportOptions options);
  // Requests under way still reach the server; no handler is called any more.
  ~SimTransport() override;
  SimTransport(const SimTransport&) = delete;
  SimTransport& operator=(const SimTransport&) = delete;

  CallId Call(HttpRequest request, ReplyHandler reply) override;
  CallId Stream(HttpRequest request, StreamHandler handler) override;
  void Cancel(CallId id) override;

  // Called once for every Call, numbered from 0, before anything happens. To kill a process before
  // or after its n-th call, return kRequestLost or kReplyLost from that call on, and destroy the
  // process in a timer of the world (SimLoop::After(0)), never inside this function.
  std::function<Fate(uint64_t number, const HttpRequest& request)> decide;

  // From now on, lines of streams arrive this much later: a watch that lags.
  void LagStreams(Duration lag);

  uint64_t calls() const;
  // Returns the number of calls and streams whose end was not reported to the handler yet.
  size_t open() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with what is under way in the network, weakly
};

}  // namespace windlass::sim
