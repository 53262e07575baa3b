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
#include <optional>
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

// What happens to one call, in more detail than a Fate says.
struct CallFate {
  bool arrives = true;   // false: the server never sees it
  bool answered = true;  // false: the caller's deadline passes
  Duration before{0};    // this much later than usual it arrives, even if the caller is gone
  Duration after{0};     // this much later than usual the answer arrives
  // What the caller gets instead of the server's answer: of a proxy, or an error.
  std::optional<Result<HttpResponse>> instead{};
  std::optional<Duration> again{};      // it arrives a second time, this much after the first
  std::optional<std::string> target{};  // it asks for this, as a replica that lags would answer
};

// What happens to one stream.
struct StreamFate {
  std::optional<StreamEnd> refused{};  // it ends like this at once
  Duration lag{0};                     // each line arrives this much later than usual
  Duration jitter{0};                  // and up to this much later still; lines keep their order
  // After so many lines the connection breaks, or is dead without a sign.
  std::optional<size_t> lines_max{};
  bool dies_silently = false;
  // A dead connection breaks this much later: the kernel, which asks a silent peer, notices. Never
  // if a proxy in between answers for the server; then only the silence of the stream tells.
  std::optional<Duration> noticed_after{};
  // From then on lines arrive as usual, and the connection no longer breaks.
  MonotonicTime until{Duration::max()};
};

struct SimTransportOptions {
  std::string actor = "windlass";
  Duration latency_min = std::chrono::microseconds(200);
  Duration latency_max = milliseconds(4);
  size_t body_bytes_max = kBodyBytesMax;  // a larger answer to a Call is refused
  size_t line_bytes_max = kLineBytesMax;  // of a longer line only the head arrives
  const LocalClock* clock = nullptr;      // of the process's machine; null: the world's
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

  // In the place of `decide`, if it is set.
  std::function<CallFate(const HttpRequest& request)> fate_of_call;
  std::function<StreamFate(const HttpRequest& request)> fate_of_stream;

  // How long the next call has waited in its client for its turn: what its sender knew is what it
  // knew then. Counts once, and up to the longest time for which the client repeats writes.
  Duration decided_ago{0};

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
