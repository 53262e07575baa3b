// A model of upstream's ReplicaSet controller (D-740…D-747): it creates and deletes Pods so that
// each ReplicaSet has spec.replicas active ones, and reports what it saw. As upstream, the same
// controller serves ReplicationControllers; its second instance has another ControlledKind.
//
// A Deployment controller must be able to handle all of this, so the model does it:
//
// - Its status counts the Pods seen before its own creates and deletes (D-742).
// - Every step takes a little time, so its status may belong to an older spec than the stored one.
// - Its views of ReplicaSets and of Pods, and its status writes, may lag, each by its own time.
// - While it waits to see creations or deletions of its own, a sync makes and deletes nothing. The
//   sync still writes a status, from the Pods that it has seen.
// - A sync waits until its own last status, and the last Pod that it made or adopted, are in view
//   (upstream's gate StaleControllerConsistencyReplicaSet, on by default from 1.36).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kubeclient/base/random.h"
#include "test/sim/api_server.h"
#include "test/sim/expectations.h"
#include "test/sim/lagging_view.h"

namespace windlass::sim {

// What an instance looks after, and how upstream's instance for it differs. "ReplicaSet" below
// stands for either kind.
struct ControlledKind {
  ResourceId resource;
  const char* actor;
  bool counts_terminating;    // its status has terminatingReplicas
  bool waits_for_own_writes;  // as the options of the same name say; otherwise never
};
inline constexpr ControlledKind kControlledReplicaSets{resources::kReplicaSets,
                                                       "replicaset-controller", true, true};
inline constexpr ControlledKind kControlledReplicationControllers{
    resources::kReplicationControllers, "replication-controller", false, false};

struct ReplicaSetControllerOptions {
  Duration lag_min = milliseconds(1);  // from a change to the sync, and between its calls
  Duration lag_max = milliseconds(15);
  // The longest delay before it sees a change, and before a status that it writes arrives.
  Duration replica_set_view_lag_max{0};
  Duration pod_view_lag_max{0};
  Duration status_lag_max{0};
  // True: a sync waits until it has seen the controller's own writes. False: as before Kubernetes
  // 1.36.
  bool waits_for_own_writes = true;
};

class ReplicaSetController {
 public:
  // Upstream's burst: the most Pods that one sync creates or deletes (D-744).
  static constexpr size_t kBurstReplicas = 500;

  ReplicaSetController(ApiServer& server, const ControlledKind& kind,
                       ReplicaSetControllerOptions options, Random random);
  ReplicaSetController(const ReplicaSetController&) = delete;
  ReplicaSetController& operator=(const ReplicaSetController&) = delete;

  // Returns true if there is nothing to do, except to wait for minReadySeconds.
  bool idle() const { return queue_.empty() && replica_sets_.idle() && pods_.idle(); }

  // While it is stopped, changes gather and it does nothing, like a controller that is down.
  void Stop(bool stopped);
  // Looks at every ReplicaSet again, as upstream does some time after a sync has failed. The model
  // retries a failed creation only once something has changed, so that a world can come to rest.
  void RetryAll();

 private:
  struct Entry {
    bool running = false;
    bool dirty = false;  // changed while running
    TimerId timer = 0;
  };
  // One sync: what it saw, and the calls it has still to make.
  struct Sync {
    StoreKey key;
    Object replica_set;
    std::vector<Object> pods;  // owned and not terminal, before any call of this sync
    size_t creates = 0;
    std::vector<std::string> deletes;
    Object failure;  // condition ReplicaFailure; null = none
  };

  // The revisions of the last status of a ReplicaSet, and of the last Pod made or adopted for it.
  struct Written {
    uint64_t status = 0;
    uint64_t pod = 0;
  };

  void OnReplicaSet(const Change& change);
  void OnPod(const Change& change);
  void Observe(const Change& change);
  void EnqueuePodOwner(const std::string& namespace_, const Json& pod);
  void Enqueue(const StoreKey& key);
  void RunSync(const StoreKey& key);
  bool HasSeenOwnWrites(const StoreKey& key) const;
  void Claim(Sync& sync);
  Object Adopt(const Sync& sync, const StoreKey& pod);
  void Plan(Sync& sync);
  void NextCall(Sync sync);
  void CreatePod(Sync& sync);
  void Finish(const Sync& sync);
  void WriteStatus(const Sync& sync, const Json& status);
  void AfterStatus(const Sync& sync, bool all_available);
  void Done(const StoreKey& key);
  Json NewStatus(const Sync& sync) const;
  Json OwnerReferenceTo(const Json& replica_set) const;
  std::vector<std::string> PodsToDelete(const Sync& sync, size_t count) const;
  Duration Lag() { return random_.Between(options_.lag_min, options_.lag_max); }

  StoreKey KeyOf(const std::string& namespace_, const std::string& name) const {
    return {kind_.resource, namespace_, name};
  }

  ApiServer& server_;
  const ControlledKind kind_;
  ReplicaSetControllerOptions options_;
  Random random_;
  Random lag_random_;  // separate, so that lag does not change the other draws
  LaggingView replica_sets_;
  LaggingView pods_;
  Expectations expectations_;
  std::map<StoreKey, Written> written_;
  std::map<StoreKey, Entry> queue_;
  bool stopped_ = false;
};

}  // namespace windlass::sim
