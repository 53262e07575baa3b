// Makes the status of a Rollout from the planner's draft, and the request that writes the status.
//
// The planner's conditions and counters are written as drafted. All else is derived from the draft
// and the workload: selector, revisions, phase, message, and the conditions of conditions.h. So
// each status is complete, no matter which rule of the planner drafted it.
#pragma once

#include <optional>

#include "controller/api/rollout.h"
#include "controller/kind/status.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/request.h"

namespace windlass::rollout {

// Returns the stored status of a Rollout in the form that a workload has. The fields and conditions
// that only Rollouts have are in WorkloadStatus::carried.
WorkloadStatus WorkloadStatusOf(const RolloutStatus& stored);

// Returns the status that `draft` leads to (RO-069). stableRevision and stableTemplate change when
// the rollout is complete with at least one Pod and all steps over, unless the Rollout is aborted
// or cut down in the cache.
RolloutStatus NextStatus(const Workload& workload, const StatusDraft& draft);

// Returns true if the stored status is the one that `draft` leads to. Does not compare the current
// revision.
bool IsStored(const Workload& workload, const StatusDraft& draft);

// Each returns null if the value is absent, so that a merge patch removes the field. Otherwise the
// object names every member, absent ones with null, because a merge patch keeps members that it
// does not name.
kind::Json ToJson(const std::optional<RolloutStepStatus>& step);
kind::Json ToJson(const std::optional<RolledBack>& rolled_back);

// Returns the request that writes the result of NextStatus.
Request WriteStatus(const Workload& workload, const StatusDraft& draft);

}  // namespace windlass::rollout
