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
// Recovery is written at the state where it happens.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/limits.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/list_gate.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

struct ReflectorOptions {
  Resource resource = Resource::kDeployments;
  std::string namespace_;      // empty = all namespaces
  std::string field_selector;  // query form, e.g. "status.phase!=Succeeded,status.phase!=Failed"
  bool metadata_only = false;  // ask for PartialObjectMetadata
  // When the server is to end a watch: drawn between the two.
  Duration watch_timeout_low = kWatchTimeoutLow;
  Duration watch_timeout_high = kWatchTimeoutHigh;
};

// What became of a complete state.
enum class Replaced : uint8_t {
  kDone,
  // Not exposed, for it looks like a mistake (R-010: more than half of 20 or more objects would
  // vanish) and was not confirmed: the reflector lists once more and comes back confirmed.
  kDoubtful,
  // Not exposed: an object in it is older than it was at an earlier version of the whole. Only a
  // reset makes sense of that.
  kOfAnotherPast,
};

// Where the protocol puts what it received. A replacement is exposed only by EndReplace.
class ReflectorSink {
 public:
  virtual ~ReflectorSink() = default;
  virtual void BeginReplace() = 0;
  // An error: the object was left out or kept as it was; the protocol counts it and goes on.
  virtual Status AddToReplace(std::string_view object_json, bool deleted) = 0;
  virtual Replaced EndReplace(const ResourceVersion& version, bool confirmed) = 0;
  virtual void AbandonReplace() = 0;
  // One watch event; returns the object's resourceVersion, to resume from. An error says that the
  // object could not be applied; the watch goes on all the same.
  virtual Result<ResourceVersion> Apply(WatchEventType type, std::string_view object_json) = 0;
  // Everything told so far belongs to another past. The next EndReplace counts whatever its
  // version is; until then nothing new is told. May stop the reflector.
  virtual void Reset() = 0;
  // All is well again after a failure: whoever answers now may be another server. Must not stop or
  // reset the reflector.
  virtual void Recovered() = 0;
  // The right to list or watch is missing, as it was not before; Recovered tells of its return.
  // Must not stop or reset the reflector.
  virtual void Forbidden() = 0;
};

enum class ReflectorState : uint8_t {
  kStopped,
  kEmpty,
  kListing,
  kInitialWatch,
  kListed,  // complete, and about to watch
  kWatching,
  kProbing,  // between two watches: does this server know our resourceVersion?
  kBackingOff,
};

struct ReflectorCounters {
  uint64_t lists = 0;  // begun; the pages of one list count once
  uint64_t watches = 0;
  uint64_t watch_lists = 0;
  uint64_t events = 0;  // objects that watches and watch lists brought
  uint64_t added = 0;   // of these
  uint64_t modified = 0;
  uint64_t deleted = 0;
  uint64_t bookmarks = 0;
  uint64_t decode_errors = 0;
  uint64_t wrong_types = 0;    // events with an object of another kind, ignored
  uint64_t unknown_types = 0;  // events of an unknown type, ignored
  uint64_t relists_after_gone = 0;
  uint64_t idle_timeouts = 0;
  uint64_t vanish_alarms = 0;  // relists that were confirmed by another one
  uint64_t time_travels = 0;   // lists and bookmarks older than what we had, not applied
  uint64_t probes = 0;         // lists of one object, after two silent watches
  uint64_t resets = 0;
  uint64_t repairs = 0;        // relists for an object without a readable name, or as asked
  // By reason: "orderly", "short", "idle", "unfinished", "silent", "malformed", "transport",
  // "other", or the status ("410").
  std::map<std::string, uint64_t> watch_ends;
};

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
  // The server is back after an outage (C-013): asks for a complete state within
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
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace windlass
