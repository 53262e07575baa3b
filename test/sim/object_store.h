// The modelled etcd: every object, one global revision counter, and the history.
//
// Listeners are called at the moment of a change, in the order in which they registered. A listener
// must not change the store from within the call; it arms a timer instead.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
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

// The `shown` of an actor that has seen every change.
inline constexpr uint64_t kAllShown = std::numeric_limits<uint64_t>::max();

// That of a store without any change.
inline constexpr uint64_t kFirstRevision = 1;

// Revisions of the store, each of one kind of object.
using Revisions = std::map<ResourceId, uint64_t>;

// What the sender of a request had seen when it sent it.
struct Sender {
  uint64_t shown = kAllShown;  // as in Change, like the others
  uint64_t seen = kAllShown;
  std::shared_ptr<const Revisions> shown_of{};
  bool late = false;
};

struct Change {
  StoreKey key;
  Object before;  // null: created
  Object after;   // null: removed
  uint64_t revision = 0;
  MonotonicTime at;
  std::string actor;    // "windlass", "user", "replicaset-controller", "kubelet", …
  std::string request;  // "PATCH deployments/status ns/web"
  // When the actor sent the request, it had seen the owners that it watches, and ReplicaSets, up to
  // this revision.
  uint64_t shown = kAllShown;
  // Likewise, and Pods, if it watches them.
  uint64_t seen = kAllShown;
  // Likewise, for ReplicaSets and each kind of owner alone; null: all.
  std::shared_ptr<const Revisions> shown_of{};
  // The network kept the request back, or it arrived a second time: what its sender had seen may be
  // long ago.
  bool late = false;
  // What a watch shows of a removal: the last state with the revision of the removal.
  Object last_state;
};

class ObjectStore {
 public:
  // Compaction: history older than this is forgotten (the API server compacts etcd every 5
  // minutes).
  static constexpr Duration kHistoryKept = seconds(300);

  uint64_t revision() const { return revision_; }
  // Returns the revision up to which changes are forgotten.
  uint64_t compacted() const { return compacted_; }

  Object Find(const StoreKey& key) const;
  // Returns the objects in key order. An empty namespace means all.
  std::vector<Object> List(const ResourceId& resource, const std::string& namespace_) const;
  // Returns the objects as they were at `revision`, which must not be compacted.
  std::map<StoreKey, Object> ListAt(const ResourceId& resource, const std::string& namespace_,
                                    uint64_t revision) const;
  // Returns the revision that the store had at `time`, or that of the oldest change it remembers.
  uint64_t RevisionAt(MonotonicTime time) const;
  // Returns the changes of a resource after `revision`, oldest first.
  std::vector<const Change*> ChangesAfter(const ResourceId& resource, uint64_t revision) const;

  // Returns ServerText of the object. The latest texts are kept, because every watch of an object
  // and the answer to its writer ask for the same one.
  const std::string& TextOf(const Object& object) const;

  // Writes `object` at the next revision, which is put into its metadata; removes the object if
  // nullopt. Returns the stored object, or the last state of the removed one.
  Object Commit(const StoreKey& key, std::optional<Json> object, MonotonicTime at,
                std::string actor, std::string request, uint64_t shown = kAllShown);

  // Who sent the request that is handled now. The changes that it makes keep that, except `shown`,
  // which Commit is told.
  void SetSender(Sender sender) { sender_ = std::move(sender); }
  // Returns the time of the first change after `revision`; `now` if there is none.
  MonotonicTime TimeAfter(uint64_t revision, MonotonicTime now) const;

  void OnChange(std::function<void(const Change&)> listener) {
    listeners_.push_back(std::move(listener));
  }

  // Forgets history older than kHistoryKept.
  void Compact(MonotonicTime now);
  // Forgets all history, so that a test gets its 410.
  void CompactAll() { Forget(history_.size()); }

  // The contents of etcd's data directory. PutBack calls no listener: call it while no API server
  // runs, and end the server's watches first.
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

  struct Text {
    Object object;
    std::string text;
  };
  mutable std::array<Text, 4> texts_;
  mutable size_t next_text_ = 0;
  std::map<StoreKey, Object> objects_;
  std::deque<Change> history_;
  std::vector<std::function<void(const Change&)>> listeners_;
  std::vector<MonotonicTime> times_;  // of all changes, also of those that are forgotten
  uint64_t revision_ = kFirstRevision;
  uint64_t compacted_ = 1;
  Sender sender_;
};

}  // namespace windlass::sim
