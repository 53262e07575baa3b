// The requests by which a rollout writes ReplicaSets, how many requests a sync may send, and the
// rule that says which patches are not sent again (UnlessInVain). A patch changes only the fields
// that its body names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/core/step.h"
#include "controller/workload/situation.h"
#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass::workload {

// A sync sends at most this many requests; the next sync does the rest. Pods become ready while
// requests are on their way, and each change may lead to one more request. So without this limit a
// sync could last as long as the rollout. This limit takes effect before the runtime's higher limit
// on steps (kStepsPerSyncMax). Exception: the status write that reports a refusal is sent even
// after the limit (TellsOfRefusal).
inline constexpr size_t kRequestsPerSyncMax = 24;
// How soon the next sync begins after a sync that has left work to it, for example because it has
// reached kRequestsPerSyncMax.
inline constexpr Duration kNextSyncAfter = milliseconds(100);
// After this many patches of one object in a sync, UnlessInVain holds back every further patch of
// this object. Otherwise Windlass might write without end against a webhook that changes each
// write. Not held back are (controller/workload/actions/scale.cc):
//   - patches that change a size
//   - the first patch with the size annotations of a ReplicaSet
inline constexpr int kPatchesOfOneReplicaSet = 3;

// The changes to one ReplicaSet, sent as one patch. The patch adds or overwrites the annotations
// named here, and leaves all other annotations as they are (D-163).
struct ReplicaSetChange {
  std::optional<int32_t> replicas;
  std::optional<int32_t> min_ready_seconds;
  std::map<std::string, std::string> annotations;
  std::string counted_reason{};  // becomes Because::counted_reason (core/step.h)

  bool empty() const { return !replicas && !min_ready_seconds && annotations.empty(); }
};

Request PatchReplicaSet(const ReplicaSet& rs, const ReplicaSetChange& change);

// Returns the patch that sets each annotation to its value, and removes those with value nullopt.
Request PatchAnnotations(const ReplicaSet& rs,
                         const std::map<std::string, std::optional<std::string>>& annotations);

// The parts of a new ReplicaSet that CreateReplicaSet cannot copy from the workload (D-173).
struct NewReplicaSet {
  std::string name;
  std::string hash;
  int32_t replicas = 0;
  std::map<std::string, std::string> annotations;
  std::string counted_reason{};  // becomes Because::counted_reason (core/step.h)
};

// Returns the request that creates the ReplicaSet. Returns kMalformed if the text of the workload's
// template is not known, or if the template, or metadata or labels in it, are not JSON objects.
Result<Request> CreateReplicaSet(const Workload& workload, const NewReplicaSet& parts);

// Returns a check (Write::check) for a write that gives the ReplicaSet `key` the size `replicas`.
// The check returns an error if the API server stores another size (kept_size.h).
std::function<Status(std::string_view reply)> CheckReplicaSetSize(const ObjectKey& key,
                                                                  int32_t replicas);

// Returns the patch that makes the workload the controller of `rs`. If `rs` has an owner reference
// to the workload already, the patch updates this reference; else it adds one (D-104).
Request AdoptReplicaSet(const Workload& workload, const ReplicaSet& rs);

// Returns the patch that removes the workload from the owner references of `rs` (D-105).
Request ReleaseReplicaSet(const Workload& workload, const ReplicaSet& rs);

// Decides whether `write`, a patch that does not change a size, is sent. A rollout must not wait
// for a patch that the API server does not keep, for example because an admission webhook reverts
// it.
//
// Returns nullopt if
//   - this sync has sent `write` already: it was refused or not kept
//   - this sync has sent kPatchesOfOneReplicaSet patches of the same object: a webhook may change
//     something else each time, so that each patch differs
// Otherwise returns `write`. The next sync of the workload counts from 0 again.
std::optional<Step> UnlessInVain(const Situation& situation, Write write);

}  // namespace windlass::workload
