// Makes the status of a Rollout from the planner's draft, and the request that writes the status.
//
// The conditions and counters of the draft are written as they are, except a PodsStuck about an
// earlier template (RO-144). All other fields are derived from the draft and the workload:
// selector, revisions, phase, message, and the conditions of conditions.h. So each status is
// complete, whichever rule of the planner drafted it.
#pragma once

#include <optional>

#include "controller/api/rollout.h"
#include "controller/kind/status.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/request.h"

namespace windlass::rollout {

// Converts the stored status of a Rollout to that of a workload. WorkloadStatus::carried gets the
// fields that the planner does not know, and the conditions that NextStatus makes itself. The
// current revision is not converted.
WorkloadStatus WorkloadStatusOf(const RolloutStatus& stored);

// Returns the status that is to be written for `draft`. In it, the current revision becomes the
// stable revision if IsRolledOut (conditions.h) returns true (RO-069). Exception: if the cache has
// cut the Rollout down to save memory, the stored stable revision, images and selector stay.
RolloutStatus NextStatus(const Workload& workload, const StatusDraft& draft);

// Returns true if the stored status equals the result of NextStatus. Does not compare the current
// revision.
bool IsStored(const Workload& workload, const StatusDraft& draft);

// Each function returns null for nullopt, so that a merge patch removes the field. Otherwise it
// returns an object with every member, null where there is no value: a merge patch keeps members
// that it does not name.
Json ToJson(const std::optional<RolloutStepStatus>& step);
Json ToJson(const std::optional<RolledBack>& rolled_back);

// Returns the request that writes the result of NextStatus.
Request WriteStatus(const Workload& workload, const StatusDraft& draft);

}  // namespace windlass::rollout
