// A model of upstream's ReplicaSet controller (contract, Appendix B): it makes and deletes Pods so
// that each ReplicaSet has spec.replicas active ones, and reports what it saw.
//
// What a Deployment controller must be able to live with is modelled on purpose: its status counts
// the Pods seen before its own creates and deletes (D-742), everything takes a little time, and the
// status it writes may be of an older spec than the one stored by then.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kubeclient/base/random.h"
#include "test/sim/api_server.h"

namespace windlass::sim {

struct ReplicaSetControllerOptions {
  Duration lag_min = milliseconds(1);  // from a change to the sync, and between its calls
  Duration lag_max = milliseconds(15);
};

class ReplicaSetController {
 public:
  // Upstream's burst (D-744).
  static constexpr size_t kBurstReplicas = 500;

  explicit ReplicaSetController(ApiServer& server, ReplicaSetControllerOptions options = {});
  ReplicaSetController(const ReplicaSetController&) = delete;
  ReplicaSetController& operator=(const ReplicaSetController&) = delete;

  // Nothing to do, waits for minReadySeconds apart.
  bool idle() const { return queue_.empty(); }

  // While stopped, changes gather and nothing is done (a controller that is down).
  void Stop(bool stopped);

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

  void OnChange(const Change& change);
  void EnqueuePodOwner(const std::string& namespace_, const Json& pod);
  void Enqueue(const StoreKey& key);
  void RunSync(const StoreKey& key);
  void Claim(Sync& sync);
  void Plan(Sync& sync);
  void NextCall(Sync sync);
  void CreatePod(Sync& sync);
  void Finish(const Sync& sync);
  void Done(const StoreKey& key);
  Json NewStatus(const Sync& sync) const;
  std::vector<std::string> PodsToDelete(const Sync& sync, size_t count) const;
  Duration Lag() { return random_.Between(options_.lag_min, options_.lag_max); }

  ApiServer& server_;
  ReplicaSetControllerOptions options_;
  Random random_;
  std::map<StoreKey, Entry> queue_;
  bool stopped_ = false;
};

}  // namespace windlass::sim
