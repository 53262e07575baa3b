// The requests by which a rollout writes ReplicaSets, and which patches are not sent again. A patch
// changes only the fields that its body names.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/workload/situation.h"
#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::workload {

// The changes to one ReplicaSet, sent as one patch. Annotations are only added or overwritten,
// never removed (D-163), so the patch names single keys.
struct ReplicaSetChange {
  std::optional<int32_t> replicas;
  std::optional<int32_t> min_ready_seconds;
  std::map<std::string, std::string> annotations;
  std::string fallback_reason{};  // why Pods are replaced, not updated in place (core/step.h)

  bool empty() const { return !replicas && !min_ready_seconds && annotations.empty(); }
};

Request PatchReplicaSet(const ReplicaSet& rs, const ReplicaSetChange& change);

// Returns the patch that sets each annotation to its value; nullopt removes the annotation.
Request PatchAnnotations(const ReplicaSet& rs,
                         const std::map<std::string, std::optional<std::string>>& annotations);

// The parts of a ReplicaSet to be created that are not simply copied from its workload (D-173).
struct NewReplicaSet {
  std::string name;
  std::string hash;
  int32_t replicas = 0;
  std::map<std::string, std::string> annotations;
  std::string fallback_reason{};  // why Pods are replaced, not updated in place (core/step.h)
};

// Returns the request that creates the ReplicaSet. Returns kMalformed if the text of the workload's
// template is not known, or if the template, its metadata or its labels are not JSON objects.
Result<Request> CreateReplicaSet(const Workload& workload, const NewReplicaSet& parts);

// Returns the patch that makes the workload the controller of `rs`: it adds an owner reference, or
// updates the reference to the workload that `rs` has already (D-104).
Request AdoptReplicaSet(const Workload& workload, const ReplicaSet& rs);

// Returns the patch that removes the workload from the owner references of `rs` (D-105).
Request ReleaseReplicaSet(const Workload& workload, const ReplicaSet& rs);

// The API server may accept a patch and not keep it, for example because an admission webhook
// changes it. Such patches must not hold up a rollout.
//
// Returns `write`, a patch that leaves the size alone. Returns nullopt if
//   - this sync has sent `write` already: the API server refused it or did not keep it
//   - this sync has sent kPatchesOfOneReplicaSet (sync_limits.h) patches of the same object:
//     the API server may change something else each time, so that no patch equals an earlier one
// When a user changes the object, another sync begins and counts from 0.
std::optional<Step> UnlessInVain(const Situation& situation, Write write);

}  // namespace windlass::workload
