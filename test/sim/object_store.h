// The modelled etcd: every object, one global revision counter, and the history behind it.
//
// A change is announced to the listeners at the moment it happens, in the order in which they
// registered; a listener must not change the store from inside (it arms a timer instead).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "test/sim/api_resource.h"
#include "test/sim/object.h"

namespace windlass::sim {

struct StoreKey {
  ResourceId resource{};
  std::string namespace_;
  std::string name;
  auto operator<=>(const StoreKey&) const = default;
};

// Of an actor that knows all there is.
inline constexpr uint64_t kAllShown = std::numeric_limits<uint64_t>::max();

struct Change {
  StoreKey key;
  Object before;  // null: created
  Object after;   // null: removed
  uint64_t revision = 0;
  MonotonicTime at;
  std::string actor;    // "windlass", "user", "replicaset-controller", "kubelet", …
  std::string request;  // "PATCH deployments/status ns/web"
  // Up to this revision the actor had seen Deployments and ReplicaSets when it sent the request.
  uint64_t shown = kAllShown;
  // What a watch shows of a removal: the last state with the revision of the removal.
  Object last_state;
};

class ObjectStore {
 public:
  // Compaction: the history older than this is forgotten (the API server compacts etcd every 5
  // minutes).
  static constexpr Duration kHistoryKept = seconds(300);

  uint64_t revision() const { return revision_; }
  // Changes up to this revision are not remembered any more.
  uint64_t compacted() const { return compacted_; }

  Object Find(const StoreKey& key) const;
  // In key order; an empty namespace means all.
  std::vector<Object> List(const ResourceId& resource, const std::string& namespace_) const;
  // As it was at `revision`, which must not be compacted.
  std::map<StoreKey, Object> ListAt(const ResourceId& resource, const std::string& namespace_,
                                    uint64_t revision) const;
  // Of a resource, later than `revision`, oldest first.
  std::vector<const Change*> ChangesAfter(const ResourceId& resource, uint64_t revision) const;

  // Writes `object` (or removes it, when null) at the next revision, which is put into its
  // metadata. Returns what is stored, or the last state of what was removed.
  Object Commit(const StoreKey& key, std::optional<Json> object, MonotonicTime at,
                std::string actor, std::string request, uint64_t shown = kAllShown);

  void OnChange(std::function<void(const Change&)> listener) {
    listeners_.push_back(std::move(listener));
  }

  // Forgets history older than kHistoryKept.
  void Compact(MonotonicTime now);
  // Forgets all history (a test's 410).
  void CompactAll() { Forget(history_.size()); }

  // What etcd's data directory holds. To put it back tells no listener: it is done while no API
  // server runs, whose watches are to be ended first.
  struct Backup {
    std::map<StoreKey, Object> objects;
    std::deque<Change> history;
    uint64_t revision = 0;
    uint64_t compacted = 0;
  };
  Backup Save() const { return {objects_, history_, revision_, compacted_}; }
  void PutBack(Backup backup);

 private:
  void Forget(size_t count);

  std::map<StoreKey, Object> objects_;
  std::deque<Change> history_;
  std::vector<std::function<void(const Change&)>> listeners_;
  uint64_t revision_ = 1;
  uint64_t compacted_ = 1;
};

}  // namespace windlass::sim
