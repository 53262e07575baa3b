// What a reflector reports of itself: its state, and what it has done so far.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace windlass {

enum class ReflectorState : uint8_t {
  kStopped,
  kEmpty,
  kListing,
  kInitialWatch,
  kListed,  // has a complete state and is about to watch
  kWatching,
  kProbing,  // between two watches: has the server reached our version?
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
  uint64_t resets = 0;         // times that everything was read anew
  // Relists by Relist, or for an object without a readable name.
  uint64_t repairs = 0;
  // By reason: "orderly", "short", "idle", "unfinished", "silent", "malformed", "transport",
  // "other", or the status ("410").
  std::map<std::string, uint64_t> watch_ends;
};

}  // namespace windlass
