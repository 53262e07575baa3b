// What becomes of Events before they are sent: repeats are counted, similar ones merged, spam
// dropped.
//
// Pure but for its memory; the caller hands in the times. Upstream: client-go
// record/events_cache.go (1.36); we differ: a repeat is only counted onto an Event within
// kSimilarEventsWindow, because the server forgets Events, and whatever waits to be sent is counted
// before it goes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/client/lru_map.h"
#include "kubeclient/client/token_bucket.h"

namespace windlass {

// The longest message of an Event; a longer one is cut.
inline constexpr size_t kEventMessageBytesMax = 1024;
// Series, groups and spam filters that are remembered, of each this many: client-go's LRU size.
inline constexpr size_t kEventCacheMax = 4096;
// A repeat is counted onto an earlier Event, and similar Events are counted together, if the last
// one was within this time.
inline constexpr Duration kSimilarEventsWindow = seconds(600);

// One Event object: an occurrence and its repeats.
struct EventSeries {
  ObjectReference about;
  Event event;  // message cut and, in a merged series, prefixed
  std::string name;
  int64_t count = 0;
  WallTime first;
  WallTime last;
  MonotonicTime seen;
  // The object as the server has it; nullopt while it has none, or we cannot tell.
  std::optional<ObjectVersion> written;
  bool queued = false;
  bool in_flight = false;
  bool lost = false;  // what the server has is unknown: the next occurrence begins a new series

  bool busy() const { return queued || in_flight; }
};

struct EventTime {
  MonotonicTime now;
  int64_t wall_micros = 0;
};

class EventCorrelator {
 public:
  // Counts one occurrence; the key of its series. nullopt when it is spam: the series has it, and
  // the next one that passes will carry the number. nullopt, too, when it comes before its
  // at_most_every has passed, and then it is not counted.
  std::optional<std::string> Observe(const ObjectReference& about, const Event& event,
                                     EventTime time);

  // nullptr when it has been forgotten.
  EventSeries* Find(const std::string& key) { return series_.Find(key); }

 private:
  struct Group {
    std::vector<size_t> messages;  // hashes of the distinct ones
    MonotonicTime seen;
  };
  bool IsOneOfMany(const std::string& group_key, const std::string& message, MonotonicTime now);
  std::string NewName(const ObjectReference& about, int64_t wall_micros);

  LruMap<EventSeries> series_{kEventCacheMax};
  LruMap<Group> groups_{kEventCacheMax};
  LruMap<TokenBucket> spam_{kEventCacheMax};
  int64_t last_nanos_ = 0;
};

// At most kEventMessageBytesMax, never through a character.
std::string CutMessage(std::string_view message);

// "<object name>.<unix nanoseconds, hexadecimal>", a valid object name (D-536).
std::string EventName(std::string_view object_name, int64_t unix_nanos);

}  // namespace windlass
