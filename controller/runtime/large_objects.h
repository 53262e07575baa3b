// Lets only a few syncs of large objects run at a time, because a sync holds its object
// several times. Example: 56 Deployments contain the character `<` 1.4 million times each. JSON
// writes each `<` with six bytes, so each Deployment has 8.4 MB of JSON, and 56 syncs would hold
// more than a gigabyte. Only one of them is synced at a time.
// Syncs of smaller objects (below kLargeJsonBytes, 256 KiB) take room only for large answers
// (Keep).
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/cache/queue_key.h"

namespace windlass {

class LargeObjects {
 public:
  // Returns true if the sync of `key` may begin. `json_bytes` is the size of the largest object of
  // the sync.
  // - A sync without a large object may always begin.
  // - A sync of a large object may begin if its bytes fit into the room that is left of kBytesMax,
  //   or if no other sync takes room. The sync then takes the room for its bytes until Free.
  // - After Take has returned false, syncs of large objects wait until half of the room is free.
  //   The first sync that asks then begins, whatever the size of its object. Otherwise syncs of
  //   smaller objects could make the sync of the largest object wait for ever.
  bool Take(const QueueKey& key, size_t json_bytes) {
    const auto wanted = wanted_.find(key);
    if (wanted != wanted_.end()) json_bytes = std::max(json_bytes, wanted->second);
    if (json_bytes < kLargeJsonBytes) return true;
    const bool fits = is_full_ ? has_room() : bytes_ + json_bytes <= kBytesMax;
    is_full_ = bytes_ > 0 && !fits;
    if (is_full_) return false;
    if (wanted != wanted_.end()) wanted_.erase(wanted);
    if (held_.emplace(key, json_bytes).second) bytes_ += json_bytes;
    return true;
  }

  // Takes room for the answers to reads and questions that the sync of `key` keeps. These answers
  // came after Take, so Take did not count them. `answer_bytes` is the size of all of them so far.
  // Returns
  //   - true if there is room, or if no other sync takes room
  //   - false if there is no room. The next Take of `key` then asks for the room of these answers
  //
  // Only half of `answer_bytes` counts, because the room that Take reserves for an object is enough
  // for two answers of the same size. If this half is below kLargeJsonBytes, the answers take no
  // room. Example: Take reserved 1 MiB, and the sync reads two objects of 4 MiB each. Half of these
  // 8 MiB are 4 MiB, so 4 - 1 = 3 MiB more must be free.
  bool Keep(const QueueKey& key, size_t answer_bytes) {
    const size_t wanted = answer_bytes / 2;
    const auto held = held_.find(key);
    const size_t has = held == held_.end() ? 0 : held->second;
    if (wanted < kLargeJsonBytes || wanted <= has) return true;
    const bool is_alone = bytes_ == has;
    const bool fits = has_room() && bytes_ - has + wanted <= kBytesMax;
    if (!is_alone && !fits) {
      wanted_[key] = wanted;
      return false;
    }
    bytes_ += wanted - has;
    held_[key] = wanted;
    return true;
  }

  // Call when the sync of `key` has ended.
  void Free(const QueueKey& key) {
    const auto held = held_.find(key);
    if (held == held_.end()) return;
    bytes_ -= held->second;
    held_.erase(held);
  }

  // Returns false if no further sync of a large object may begin now.
  bool has_room() const { return !is_full_ || bytes_ <= kBytesMax / 2; }

 private:
  static constexpr size_t kBytesMax = size_t{8} << 20U;

  std::map<QueueKey, size_t> held_;    // bytes of the syncs that have begun
  std::map<QueueKey, size_t> wanted_;  // bytes of syncs that had no room for their answers
  size_t bytes_ = 0;                   // the sum of held_
  bool is_full_ = false;               // the last sync that asked did not fit
};

}  // namespace windlass
