// What becomes of each call and each stream between one process and the API server, drawn from a
// seed. Each kind of fault has random numbers of its own, so that one that is left out changes
// little of the others.
//
//   kind                          strikes  what happens
//
//   slow                          calls    the request arrives up to `most` later, even after its
//                                          sender's death
//   slow-answer                   calls    the answer does
//   lost, lost-answer             calls    nobody tells the caller, whose deadline passes
//   twice                         calls    the request arrives twice, up to `most` apart
//   409                           writes   a conflict, without effect
//   429, 429-bare                 calls    throttled, with a Retry-After of up to `most`, or none
//   500, 503, 504, webhook        calls    the server fails before it does anything
//   500-after, 503-after, …       calls    it fails when it has done all
//   reset, reset-after            calls    the connection breaks before or after the effect
//   refused                       both     no connection
//   lag, jitter                   streams  lines arrive up to `most` later, in order
//   cut                           streams  the connection breaks at one of the next lines
//   dead                          streams  from one of the next lines on it is dead without a sign,
//                                          which the kernel notices (own_connections.h)
//   mute                          streams  likewise, behind a proxy, so that nobody notices
//   stream-500                    streams  the server answers 429, 500 or 503 instead of a stream
//   replica                       both     they reach an API server whose cache is `most` behind
//   pinned                        both     likewise, but chosen for each connection: what goes
//                                          through it stays with one server until it breaks
//
// `replica` is drawn for each call and stream, as behind a proxy that forwards requests one by one.
// That is not harder in every way than `pinned`: a list that the replica refuses soon meets another
// server, while a connection leads to the same replica again and again.
//
// How far a replica is behind is a time, not a number of revisions: a real cache catches up even if
// nothing more is written. A stream that shows nothing more for long is `dead` or `mute`.
#pragma once

#include <map>
#include <string>

#include "kubeclient/base/random.h"
#include "kubeclient/transport/own_connections.h"
#include "test/sim/api_server.h"
#include "test/sim/search_plan.h"
#include "test/sim/sim_transport.h"

namespace windlass::sim {

// A connection that is dead without a sign breaks after this time, unless a proxy answers for the
// server.
inline constexpr Duration kDeadNoticedMax = kKeepAliveIdle + kPeerSilenceMax;

class CallFates {
 public:
  // Nothing strikes before `begin`, nor from `end` on. `server` must outlive this.
  CallFates(ApiServer& server, const std::vector<PlannedFault>& faults, uint64_t seed,
            MonotonicTime begin, MonotonicTime end);

  // `client`: the process that sends the request. A process that starts anew has another name, and
  // connections of its own.
  CallFate OfCall(const HttpRequest& request, const std::string& client = "");
  StreamFate OfStream(const HttpRequest& request, const std::string& client = "");

  // Returns how many calls and streams met a fault, for reports.
  uint64_t struck() const { return struck_; }

 private:
  struct Fault {
    int64_t per_mille = 0;
    Duration most{0};
    Random random{0};
  };

  bool Active() const;
  // Returns the fault if it strikes now.
  Fault* Strikes(const char* kind);
  void DelayCall(CallFate& fate);
  void FailBefore(const HttpRequest& request, CallFate& fate);
  void FailAfter(CallFate& fate);
  // Returns the fault if this request, on this connection, reaches an API server that is behind.
  Fault* ReplicaFor(const std::string& connection);
  void AskReplica(const HttpRequest& request, const std::string& connection, CallFate& fate);
  void Cut(StreamFate& fate);
  void WatchReplica(const HttpRequest& request, const std::string& connection, StreamFate& fate);

  ApiServer& server_;
  const MonotonicTime begin_;
  const MonotonicTime end_;
  std::map<std::string, Fault> faults_;
  // Connections that are open or kept for the next request: whether each leads to the replica of
  // "pinned".
  std::map<std::string, bool> connections_;
  uint64_t struck_ = 0;
};

// Returns the kinds of faults.
const std::vector<std::string>& FaultKinds();

}  // namespace windlass::sim
