// EventCorrelator: works on Events before they are sent. It counts repeats, merges similar Events
// and drops spam. It reads no clock: the caller passes in the times.
//
// Upstream: client-go record/events_cache.go (1.36). We differ:
//   - An occurrence within kSimilarEventsWindow after the last occurrence is a repeat. A later
//     occurrence begins a new Event, because the server may have deleted the old Event.
//   - While an Event waits to be sent or is in flight, every occurrence is a repeat and only raises
//     its count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/client/token_bucket.h"

namespace windlass {

// A map of limited size. Once it is full, it forgets the entry that was used longest ago.
template <typename Value>
class LruMap {
 public:
  explicit LruMap(size_t most) : most_(most) {}

  // Returns the value of `key`, or null if `key` is absent. This counts as a use of the entry. The
  // pointer is valid until the map forgets the entry.
  Value* Find(const std::string& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  // Adds a value or replaces it. This counts as a use of the entry.
  Value& Put(const std::string& key, Value value) {
    if (Value* known = Find(key)) return *known = std::move(value);
    if (entries_.size() >= most_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    index_.emplace(key, entries_.begin());
    return entries_.front().second;
  }

  size_t size() const { return entries_.size(); }

 private:
  using Entry = std::pair<std::string, Value>;
  size_t most_;
  std::list<Entry> entries_;  // latest used first
  std::unordered_map<std::string, typename std::list<Entry>::iterator> index_;
};

// The longest message of an Event; a longer one is cut.
inline constexpr size_t kEventMessageBytesMax = 1024;
// The EventCorrelator remembers at most this many series, this many groups and this many spam
// filters. client-go's LRU caches have the same size.
inline constexpr size_t kEventCacheMax = 4096;
// For this long after the last occurrence of an Event, a repeat raises the Event's count. For this
// long after the last Event of a group, similar Events are merged.
inline constexpr Duration kSimilarEventsWindow = seconds(600);

// One Event object: an occurrence and its repeats.
struct EventSeries {
  ObjectReference about;
  // The latest occurrence. Its message is cut to kEventMessageBytesMax. If the series is merged,
  // the message begins with "(combined from similar events): ".
  Event event;
  std::string name;
  int64_t count = 0;
  WallTime first;
  WallTime last;
  MonotonicTime seen;  // the same moment as `last`, by the monotonic clock
  // The Event's version at the server; nullopt if the Event was not written yet, or if the version
  // is not known.
  std::optional<ObjectVersion> written;
  bool queued = false;     // waits in the recorder's queue
  bool in_flight = false;  // its write is with the client
  // True if the last write failed, or if its reply had no version. Then a repeat begins a new
  // series.
  bool lost = false;

  bool busy() const { return queued || in_flight; }
};

struct EventTime {
  MonotonicTime now;
  int64_t wall_micros = 0;
};

class EventCorrelator {
 public:
  // Records one occurrence. Returns the key of its series if the series must be sent. Returns
  // nullopt in two cases:
  //   - The object has had too many Events of this component and type (spam). The occurrence only
  //     raises the count of its series.
  //   - An Event of the same object, component, type and reason was counted less than
  //     event.at_most_every ago. The new occurrence is not counted.
  std::optional<std::string> Observe(const ObjectReference& about, const Event& event,
                                     EventTime time);

  // Returns a series, or null if it was forgotten. The pointer is valid until the next Observe.
  EventSeries* Find(const std::string& key) { return series_.Find(key); }

 private:
  // Events of one object, component, type and reason.
  struct Group {
    std::vector<size_t> messages;  // hashes of up to nine distinct messages
    MonotonicTime seen;            // when the latest Event was counted
  };
  bool IsOneOfMany(const std::string& group_key, const std::string& message, MonotonicTime now);
  std::string NewName(const ObjectReference& about, int64_t wall_micros);

  LruMap<EventSeries> series_{kEventCacheMax};
  LruMap<Group> groups_{kEventCacheMax};
  LruMap<TokenBucket> spam_{kEventCacheMax};
  int64_t last_nanos_ = 0;
};

// Returns "<object_name>.<unix_nanos in hexadecimal>" as a valid name of an Event (D-536). Cuts
// `object_name` if the result would be too long.
std::string EventName(std::string_view object_name, int64_t unix_nanos);

}  // namespace windlass
