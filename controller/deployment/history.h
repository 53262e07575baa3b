// Old ReplicaSets beyond revisionHistoryLimit. Source: D-480…D-487.
#pragma once

#include <optional>
#include <vector>

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// Old ReplicaSets to delete, lowest revision first; those that still have Pods, or whose controller
// has not seen their last change, count towards the limit but stay (D-482…D-486). So do, while
// paused, those of an update in place that is not over (P-080).
std::vector<const ReplicaSet*> ReplicaSetsToDelete(const Situation& situation);

// The next deletion, with uid and resourceVersion as preconditions: what was scaled up again
// meanwhile is not deleted (B-31). nullopt when there is none, or the rollout is not complete
// (D-481); a paused one may be in any state, but no rollback may be waiting (D-472).
std::optional<Step> CleanUpHistory(const Situation& situation);

}  // namespace windlass::deployment
