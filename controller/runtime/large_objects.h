// Syncs of large objects, a few at a time. A sync holds several times its object: what it
// read, what it writes, and the answer. Example: 56 Deployments of 1.4 MB of `<`, which JSON writes
// as 8.4 MB, would hold more than a gigabyte. Of these one is worked at after the other; of
// Deployments of 64 KiB, which do not count, as many as there are places.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <utility>

#include "controller/runtime/turns.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/cache/queue_key.h"

namespace windlass {

class LargeObjects {
 public:
  // Counts the sync of `key`, whose largest object has `json_bytes`, and returns true if it may
  // begin. Returns false if it has to wait: Next() will return `begin`.
  bool Take(const QueueKey& key, size_t json_bytes, std::function<void()> begin) {
    if (json_bytes < kLargeJsonBytes) return true;
    if (waiting_.empty() && Fits(json_bytes)) {
      Hold(key, json_bytes);
      return true;
    }
    waiting_.Add(key.namespace_, [this, key, json_bytes, begin = std::move(begin)] {
      Hold(key, json_bytes);
      begin();
    });
    return false;
  }

  // The sync of `key` has ended.
  void Free(const QueueKey& key) {
    const auto held = held_.find(key);
    if (held == held_.end()) return;
    bytes_ -= held->second;
    held_.erase(held);
  }

  // Returns what begins the next sync that waits, if it may begin now; null otherwise. Namespaces
  // take turns.
  std::function<void()> Next() {
    // The size of the next one is not looked at: it waits until half of the room is free.
    if (waiting_.empty() || bytes_ > kBytesMax / 2) return nullptr;
    return waiting_.Next();
  }

 private:
  static constexpr size_t kBytesMax = size_t{16} << 20U;

  bool Fits(size_t json_bytes) const { return bytes_ == 0 || bytes_ + json_bytes <= kBytesMax; }
  void Hold(const QueueKey& key, size_t json_bytes) {
    held_.emplace(key, json_bytes);
    bytes_ += json_bytes;
  }

  std::map<QueueKey, size_t> held_;  // by the syncs that have begun
  size_t bytes_ = 0;                 // of all of them
  Turns waiting_;
};

}  // namespace windlass
