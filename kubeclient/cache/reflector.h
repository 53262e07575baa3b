// The list/watch protocol as a state machine, one line of input at a time.
//
//   kEmpty ──watch list──▶ kInitialWatch ──end bookmark──▶ kWatching ──orderly end──┐
//     ▲  └──unsupported──▶ kListing ──last page──▶ kListed ──watch──▲               │
//     │                                               ▲                             │
//     │                                               └── the same resourceVersion ◀┤
//     └──── 410, or nothing to resume from ◀── kBackingOff ◀───────────── a failure ┘
//
// A reset: the reflector forgets the versions that it has seen, and reads a complete state, which
// replaces all objects that we hold. The API server no longer has the state that we followed, for
// example because etcd was restored. Besides a call of Reset, each of these causes a reset:
//   - The reflector lists one object (kProbing), and the list's resourceVersion is lower than ours.
//     It probes after two silent watches in a row, and after three bookmarks in a row that are
//     older than our version.
//   - After an outage, the complete, consistent state that the reflector reads has a lower version
//     than ours. A watch might not show a restore, because a restored server may have passed our
//     version before the watch begins.
//   - A complete state is not older than an object that we hold, but shows that object in an older
//     version.
//   - A complete state is older than our version, and so were the two states or bookmarks before
//     it.
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
#include "kubeclient/cache/reflector_options.h"
#include "kubeclient/cache/reflector_sink.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

struct ReflectorMachine;

class Reflector {
 public:
  // All references must outlive the reflector. So must `gate`, which may be null.
  Reflector(const Clock& clock, Random& random, Log& log, TimerQueue& timers, Transport& transport,
            Decoder& decoder, ReflectorOptions options, ReflectorSink& sink,
            ListGate* gate = nullptr);
  ~Reflector();
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  // Call only in state kStopped. The first state is read consistently, also after a Stop.
  void Start();
  // Call when the server is back after an outage (C-013). A reflector that backs off asks again
  // within kWatchAgainJitter, and its back-off starts over.
  //
  // `was_refused`: true if connections were refused. Then another server may answer now. So the
  // reflector closes an open stream, which may hang, and asks for a complete state within
  // kWatchAgainJitter. A stopped reflector stays stopped.
  void TryNow(bool was_refused);
  // Ends list and watch, and drops a complete state of which only a part has come. The sink is not
  // called after this returns.
  void Stop();
  // Forgets what was read and gets a consistent state again. Calls the sink's Reset before it
  // returns. In state kStopped it only forgets, and does not call the sink.
  void Reset(std::string_view why);
  // Lists everything anew. If a watch is open, the reflector closes it and lists at once. Otherwise
  // it lists before it opens the next watch, unless it begins to read a complete state earlier for
  // another reason.
  void Relist();

  const ReflectorOptions& options() const;
  ReflectorState state() const;
  const ReflectorCounters& counters() const;
  // Returns the latest failure of list or watch, or the reason of a reset, for /readyz and the log.
  // Example: "list replicasets: Forbidden: … cannot list resource …".
  // If the API server does not serve a resource that has a manifest, the text names the resource
  // and the command that applies the manifest.
  // "" before the first failure, after Stop, and once list or watch works again.
  const std::string& trouble() const;
  const ResourceVersion& last_version() const;
  // Returns when the last event, bookmark or complete state arrived. If none has arrived yet,
  // returns when the reflector was started.
  MonotonicTime last_heard() const;
  MonotonicTime last_bookmark() const;
  // Returns the last time at which our objects were known to be the server's state. It is the later
  // of these two times:
  //   - when the latest complete state came, unless the sink took it for a mistake
  //     (Replaced::kDoubtful)
  //   - when the latest line came from a watch that has caught up
  // If neither has happened, returns when the reflector was started.
  //
  // A new watch first reports what it has missed. It has caught up when a bookmark comes, or after
  // 10 s (kWatchTakenAsWell). Example of a reflector that has never got a bookmark: a watch opens
  // at 100 s, and a line comes at 103 s. At 110 s the watch counts as caught up, and view_at()
  // becomes 103 s. If no line had come, it would become 100 s.
  MonotonicTime view_at() const;
  // Returns how long the first complete state took; nullopt before it.
  std::optional<Duration> time_to_sync() const;
  // Returns since when the right to list or watch is missing; nullopt if no right is
  // missing.
  std::optional<MonotonicTime> forbidden_since() const;
  // Returns since when the API server answers 404, because it does not serve the resource.
  // Returns nullopt if it serves the resource.
  std::optional<MonotonicTime> not_served_since() const;

 private:
  std::unique_ptr<ReflectorMachine> machine_;
};

}  // namespace windlass
