// The list/watch protocol as a state machine, one line of input at a time.
//
//   kEmpty ──watch list──▶ kInitialWatch ──end bookmark──▶ kWatching ──orderly end──┐
//     ▲  └──unsupported──▶ kListing ──last page──▶ kListed ──watch──▲               │
//     │                                               ▲                             │
//     │                                               └── the same resourceVersion ◀┤
//     └──── 410, or nothing to resume from ◀── kBackingOff ◀───────────── a failure ┘
//
// A watch that stays silent is doubted: one object is listed, and a resourceVersion lower than ours
// says that etcd was put back to an earlier state (kProbing). A server that was away may have been
// put back, too, and be past our version by the time it serves: what follows is not a watch but a
// complete state, consistent, once per outage. A version lower than ours there, an object older
// than we have seen it, or a server that goes back three times in a row is a reset: nothing we
// hold, and no version of ours, counts any more.
//
// Recovery is written at the state where it happens. Rules: reliability R-001….
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/list_gate.h"
#include "kubeclient/cache/reflector_counters.h"
#include "kubeclient/cache/reflector_options.h"
#include "kubeclient/cache/reflector_sink.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

struct ReflectorMachine;

class Reflector {
 public:
  // All references must outlive the reflector, and so must `gate`, which may be null.
  Reflector(const Clock& clock, Random& random, Log& log, TimerQueue& timers, Transport& transport,
            Decoder& decoder, ReflectorOptions options, ReflectorSink& sink,
            ListGate* gate = nullptr);
  ~Reflector();
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  // From kStopped only. The first state is consistent, also after a Stop.
  void Start();
  // The server is back after an outage (W-013): asks for a complete state within
  // kWatchAgainJitter, whatever its back-off was, which starts over; also where a stream is open,
  // because it may hang.
  void TryNow();
  // The sink hears nothing more; a replacement under way is abandoned.
  void Stop();
  // Forgets where it was and gets a consistent state anew. The sink hears Reset before this
  // returns. Stopped: only forgets.
  void Reset(std::string_view why);
  // Gets a complete state in place of the next watch, of the present one if there is one.
  void Relist();

  const ReflectorOptions& options() const;
  ReflectorState state() const;
  const ReflectorCounters& counters() const;
  // Why it is not watching right now, for /readyz and the log: "" while all is well, otherwise for
  // example "list replicasets: Forbidden: … cannot list resource …".
  const std::string& trouble() const;
  const ResourceVersion& last_version() const;
  // When the last event or bookmark arrived; before the first one, when it was started.
  MonotonicTime last_heard() const;
  MonotonicTime last_bookmark() const;
  // How long the first complete state took; nullopt before.
  std::optional<Duration> time_to_sync() const;
  // Since when the right to list or watch is missing.
  std::optional<MonotonicTime> forbidden_since() const;

 private:
  std::unique_ptr<ReflectorMachine> machine_;
};

}  // namespace windlass
