// The list/watch protocol as a state machine, one line of input at a time.
//
//   kEmpty ──watch list──▶ kInitialWatch ──end bookmark──▶ kWatching ──orderly end──┐
//     ▲  └──unsupported──▶ kListing ──last page──▶ kListed ──watch──▲               │
//     │                                               ▲                             │
//     │                                               └── the same resourceVersion ◀┤
//     └──── 410, or nothing to resume from ◀── kBackingOff ◀───────────── a failure ┘
//
// If the API server's state is no longer the one that we followed, as after etcd was put back to an
// earlier one, there is a reset: nothing that we hold, and no version of ours, counts any more.
// Each of these causes a reset:
//   - After two silent watches one object is listed (kProbing), and the list's resourceVersion is
//     lower than ours.
//   - After an outage the server may have been put back and have passed our version since. So a
//     complete, consistent state is read once instead of a watch, and its version is lower than
//     ours.
//   - An object in a complete state is older than we have seen it.
//   - The server's version goes back three times in a row.
//
// Recovery is written at the state where it happens. Rules: reliability R-001….
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
  std::string namespace_;      // empty: all namespaces
  std::string field_selector;  // as in a query, e.g. "status.phase!=Succeeded,status.phase!=Failed"
  bool metadata_only = false;  // asks for PartialObjectMetadata
  // The server ends a watch after a time drawn between the two.
  Duration watch_timeout_low = kWatchTimeoutLow;
  Duration watch_timeout_high = kWatchTimeoutHigh;
};

// The outcome of EndReplace.
enum class Replaced : uint8_t {
  kDone,
  // Not exposed: it looks like a mistake, because more than half of 20 or more objects would vanish
  // . The reflector lists again; that list counts as confirmed.
  kDoubtful,
  // Not exposed: an object in it is older than the version we hold, although the complete state is
  // not. Only a reset explains that.
  kOfAnotherPast,
};

// Receives what the protocol reads. A replacement is exposed only by EndReplace.
class ReflectorSink {
 public:
  virtual ~ReflectorSink() = default;
  virtual void BeginReplace() = 0;
  // Returns an error if the object was left out, or kept in its former version. The protocol counts
  // it and goes on.
  virtual Status AddToReplace(std::string_view object_json, bool deleted) = 0;
  virtual Replaced EndReplace(const ResourceVersion& version, bool confirmed) = 0;
  virtual void AbandonReplace() = 0;
  // Applies one watch event and returns the object's resourceVersion, from which a watch can
  // resume. Returns an error if the object could not be applied; the watch goes on.
  virtual Result<ResourceVersion> Apply(WatchEventType type, std::string_view object_json) = 0;
  // Everything received so far belongs to another past. The next EndReplace counts whatever
  // its version; until then no event comes. May stop the reflector.
  virtual void Reset() = 0;
  // All is well again after a failure: another server may answer now. Must not stop or reset the
  // reflector.
  virtual void Recovered() = 0;
  // The right to list or watch is missing now. Recovered is called when it is back. Must not stop
  // or reset the reflector.
  virtual void Forbidden() = 0;
};

enum class ReflectorState : uint8_t {
  kStopped,
  kEmpty,
  kListing,
  kInitialWatch,
  kListed,  // has a complete state and is about to watch
  kWatching,
  kProbing,  // between two watches: has this server reached our version?
  kBackingOff,
};

struct ReflectorCounters {
  uint64_t lists = 0;  // begun; all pages of a list count as one
  uint64_t watches = 0;
  uint64_t watch_lists = 0;
  uint64_t events = 0;  // objects received by watches and watch lists
  uint64_t added = 0;   // of these
  uint64_t modified = 0;
  uint64_t deleted = 0;
  uint64_t bookmarks = 0;
  uint64_t decode_errors = 0;
  uint64_t wrong_types = 0;    // events with an object of another kind, ignored
  uint64_t unknown_types = 0;  // events of an unknown type, ignored
  uint64_t relists_after_gone = 0;
  uint64_t idle_timeouts = 0;
  uint64_t vanish_alarms = 0;  // relists that another list had to confirm
  uint64_t time_travels = 0;   // lists and bookmarks older than ours, not applied
  uint64_t probes = 0;         // lists of one object, after silent watches
  uint64_t resets = 0;
  uint64_t repairs = 0;        // relists that were asked for, or for an unnamed object
  // By reason: "orderly", "short", "idle", "unfinished", "silent", "malformed", "transport",
  // "other", or the status ("410").
  std::map<std::string, uint64_t> watch_ends;
};

class Reflector {
 public:
  // All references must outlive the reflector. So must `gate`, which may be null.
  Reflector(const Clock& clock, Random& random, Log& log, TimerQueue& timers, Transport& transport,
            Decoder& decoder, ReflectorOptions options, ReflectorSink& sink,
            ListGate* gate = nullptr);
  ~Reflector();
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  // Only in state kStopped. The first state is read consistently, also after a Stop.
  void Start();
  // The server is back after an outage (W-013). Asks for a complete state within kWatchAgainJitter,
  // whatever the back-off was; the back-off starts over. An open stream is closed first, because it
  // may hang.
  void TryNow();
  // Abandons a replacement that is under way. The sink is not called any more.
  void Stop();
  // Forgets what was read and gets a consistent state again. Calls the sink's Reset before this
  // returns. In state kStopped it only forgets.
  void Reset(std::string_view why);
  // Gets a complete state instead of the next watch; closes the present one.
  void Relist();

  const ReflectorOptions& options() const;
  ReflectorState state() const;
  const ReflectorCounters& counters() const;
  // Returns why it is not watching right now, for /readyz and the log: "" if all is well, otherwise
  // for example "list replicasets: Forbidden: … cannot list resource …".
  const std::string& trouble() const;
  const ResourceVersion& last_version() const;
  // Returns when the last event or bookmark arrived or, before the first, when it was started.
  MonotonicTime last_heard() const;
  MonotonicTime last_bookmark() const;
  // Returns how long the first complete state took; nullopt before it.
  std::optional<Duration> time_to_sync() const;
  // Returns since when the right to list or watch is missing; nullopt if it is not.
  std::optional<MonotonicTime> forbidden_since() const;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace windlass
