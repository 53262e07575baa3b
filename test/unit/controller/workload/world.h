// A Deployment and its ReplicaSets as structs, for tests of a single decision.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "controller/core/step.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/situation.h"
#include "controller/workload/view.h"
#include "kubeclient/api/deployment.h"

namespace windlass::workload {

inline constexpr WallTime kNow{1'800'000'000};

// Templates are identified by number: a ReplicaSet with the World's number is the new one.
class World {
 public:
  // RollingUpdate 25 %/25 %, progress deadline 600 s, history 10, generation 2 not yet observed.
  explicit World(int32_t replicas);

  // Adds a ReplicaSet that the Deployment owns and selects, one second younger than the one before.
  // All its Pods exist, `available` of them are available. Its annotations are as our own writes
  // leave them.
  ReplicaSet& Add(const std::string& name, int32_t replicas, int32_t available,
                  int template_number);
  ReplicaSet& AddNew(const std::string& name, int32_t replicas, int32_t available) {
    return Add(name, replicas, available, kPresentTemplate);
  }
  ReplicaSet& AddOld(const std::string& name, int32_t replicas, int32_t available) {
    return Add(name, replicas, available, kPresentTemplate - 1);
  }
  // Adds a live Pod of `rs`.
  void AddPod(const ReplicaSet& rs);
  void SetAnnotation(ReplicaSet& rs, std::string_view key, const std::string& value);
  // Notes that `rs` was complete as `revision`.
  void NoteComplete(ReplicaSet& rs, int revision);

  // Makes `status` the stored status.
  void Publish(const WorkloadStatus& status);

  View view() const;
  Situation Look() const;
  Step Decide() const;

  static constexpr int kPresentTemplate = 100;

  Deployment deployment;
  std::deque<ReplicaSet> replica_sets;  // references stay valid
  std::deque<PodMetadata> pods;
  bool pods_known = true;
  WallTime specs_since{};
  Learned learned;

 private:
  mutable std::optional<View> borrowed_;
};

// Returns a World whose Deployment has strategy Recreate.
World RecreateWorld(int32_t replicas);

Uid UidOf(uint64_t number);

// Returns the conditions' types in order, such as "Available Progressing".
std::string TypesOf(const std::vector<Condition>& conditions);

// Returns "True MinimumReplicasAvailable"; empty if there is no condition of that type.
std::string StatusAndReason(const std::vector<Condition>& conditions, std::string_view type);

}  // namespace windlass::workload
