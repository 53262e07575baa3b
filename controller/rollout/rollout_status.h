// A Rollout's status: how it is made of what the planner drafts, and the request that writes it.
//
// The planner's conditions and counters are written as drafted. All else is derived from the draft:
// selector, revisions, phase, message, Ready and its like (conditions.h). So a status is complete
// whichever rule of the planner wrote it.
#pragma once

#include "controller/workload/workload.h"
#include "kubeclient/api/request.h"
#include "kubeclient/api/rollout.h"

namespace windlass::rollout {

// Returns the stored status of a Rollout as a workload has it: without the kind's own conditions.
WorkloadStatus WorkloadStatusOf(const RolloutStatus& stored);

// Returns the status that `draft` leads to (RO-069).
// stableRevision and stableTemplate change when the rollout is complete with at least one Pod and
// all steps over, unless it is aborted.
RolloutStatus NextStatus(const Workload& workload, const StatusDraft& draft);

// Returns true if the stored status is the one that `draft` leads to. The current revision does not
// matter.
bool IsStored(const Workload& workload, const StatusDraft& draft);

// Returns the request that writes NextStatus: a merge patch of the status endpoint. It names every
// field, so that the API server removes what is absent. It names no metadata, which this endpoint
// ignores for custom resources.
Request WriteStatus(const Workload& workload, const StatusDraft& draft);

}  // namespace windlass::rollout
