// Syncs of large objects, a few at a time. A sync holds its object several times: as read,
// as written, and in the answer. Example: 56 Deployments with 1.4 MB of `<` each, which JSON writes
// as 8.4 MB each, would hold more than a gigabyte. Therefore only one such Deployment is synced at
// a time. Objects below kLargeJsonBytes (256 KiB) are not limited in this way: up to
// --max-in-flight of them are synced at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/cache/queue_key.h"

namespace windlass {

class LargeObjects {
 public:
  // Returns true if the sync of `key`, whose largest object has `json_bytes`, may begin. The
  // bytes of a large object then count until Free. While nothing counts, a sync of any size begins.
  // After Take has returned false, no other large sync begins until half of the room is free, and
  // then the next one begins whatever its size: otherwise a row of smaller syncs could keep the
  // largest one waiting for ever.
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

  // Makes room for the answers that the sync of `key` keeps, to its reads and questions,
  // `answer_bytes` in total. Take does not know the objects that a sync reads only later. Returns
  // false if there is no room for the answers; while no other sync counts, there always is. After
  // false, the next Take of the key asks for the room of these answers.
  //
  // Only half of the bytes count, because the room that Take reserved for an object is enough for
  // two answers of its size. Example: Take reserved 1 MiB, and the sync reads two objects of 4 MiB
  // each. Half of these 8 MiB are 4 MiB, so 3 MiB more must be free.
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

  // Returns false if no other large sync may begin now.
  bool has_room() const { return !is_full_ || bytes_ <= kBytesMax / 2; }

 private:
  static constexpr size_t kBytesMax = size_t{8} << 20U;

  std::map<QueueKey, size_t> held_;    // bytes of the syncs that have begun
  std::map<QueueKey, size_t> wanted_;  // bytes of syncs that had no room for their answers
  size_t bytes_ = 0;                   // the sum of held_
  bool is_full_ = false;               // the last sync that asked did not fit
};

}  // namespace windlass
