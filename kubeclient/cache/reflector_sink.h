// The receiver of what a reflector reads, and what the reflector reports of itself: its state, and
// what it has done so far.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass {

// The outcome of EndReplace.
enum class Replaced : uint8_t {
  kDone,
  // The state looks like a mistake, because more than half of 20 or more objects would vanish
  // . The sink does not expose it. The reflector lists again, and the sink accepts the new
  // list even if most objects are missing there, too.
  kDoubtful,
  // The state is not older than an object that we hold, but shows that object in an older version.
  // Example: we hold web-1 in version 950; the state has version 1000, and web-1 in version 800.
  // Only a reset of the server's state explains that. The sink does not expose the state.
  kOfAnotherPast,
};

// Receives what the reflector reads. The users of the sink see nothing of a complete state until
// EndReplace exposes it. EndReplace may expose only the first part of a large state itself; the
// rest then follows in later turns of the event loop.
class ReflectorSink {
 public:
  virtual ~ReflectorSink() = default;
  virtual void BeginReplace() = 0;
  // `deleted`: the object was deleted while the state was being read. Returns an error if
  // the object cannot be read; the sink then leaves it out, or keeps its former version. The
  // reflector counts the error and goes on.
  virtual Status AddToReplace(std::string_view object_json, bool deleted) = 0;
  // Like AddToReplace, for an object whose line was too long to be kept. `object` is
  // nullopt if the object's name is not known either.
  virtual void AddLongToReplace(const std::optional<UnreadableObject>& object, bool deleted) = 0;
  // `confirmed` is true if EndReplace has returned kDoubtful for an earlier state, which this state
  // confirms. EndReplace must then not return kDoubtful again.
  virtual Replaced EndReplace(const ResourceVersion& version, bool confirmed) = 0;
  virtual void AbandonReplace() = 0;
  // Applies one watch event and returns the object's resourceVersion, from which a watch can
  // resume. Returns an error if the object could not be applied; the watch goes on.
  virtual Result<ResourceVersion> Apply(WatchEventType type, std::string_view object_json) = 0;
  // Like Apply, for an object whose line was too long to be kept.
  virtual void ApplyLong(WatchEventType type, const UnreadableObject& object) = 0;
  // Called when the reflector is reset: what the sink has received no longer counts. Until
  // the next EndReplace the sink gets no event. It must accept the state of that EndReplace,
  // whatever its version is. It may stop the reflector.
  virtual void Reset() = 0;
  // Called when list and watch work again, after they failed or after a reset. In both cases the
  // server that answers now may not be the one that answered before. The sink must not stop or
  // reset the reflector.
  virtual void Recovered() = 0;
  // Called when the right to list or watch is missing. Recovered is called when the right is back.
  // The sink must not stop or reset the reflector.
  virtual void Forbidden() = 0;
  // Called when the API server does not serve the resource (404), or no longer does. When it serves
  // the resource again, EndReplace is called, and then Recovered. The sink must not stop or reset
  // the reflector.
  virtual void NotServed() = 0;
};

enum class ReflectorState : uint8_t {
  kStopped,
  kEmpty,
  kListing,
  kInitialWatch,
  kListed,  // has a complete state; waits up to kWatchAgainJitter to watch or probe
  kWatching,
  kProbing,  // between two watches: has the server reached our version?
  kBackingOff,
};

struct ReflectorCounters {
  uint64_t lists = 0;  // begun; all pages of a list count as one
  uint64_t watches = 0;
  uint64_t watch_lists = 0;
  uint64_t events = 0;  // objects received by watches and watch lists
  uint64_t added = 0;   // of `events`
  uint64_t modified = 0;
  uint64_t deleted = 0;
  uint64_t bookmarks = 0;
  uint64_t decode_errors = 0;
  uint64_t wrong_types = 0;    // events with an object of another kind, ignored
  uint64_t unknown_types = 0;  // events of an unknown type, ignored
  uint64_t relists_after_gone = 0;
  uint64_t idle_timeouts = 0;
  uint64_t vanish_alarms = 0;  // relists that another list had to confirm
  uint64_t time_travels = 0;   // lists, probes and bookmarks that show an earlier state
  uint64_t probes = 0;         // lists of one object, for the server's version
  uint64_t resets = 0;         // times that everything was read anew
  // How many relists were caused by a call of Relist, or by an object without a readable name
  //
  uint64_t repairs = 0;
  // How many watches ended, by reason: "orderly", "short", "idle", "unfinished", "silent",
  // "malformed", "transport", "other", or the HTTP status, such as "410".
  std::map<std::string, uint64_t> watch_ends;
};

}  // namespace windlass
