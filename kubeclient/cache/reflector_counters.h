// What a reflector shows of itself: its state, and what it has done so far.
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

}  // namespace windlass
