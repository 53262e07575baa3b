// Deletion of old ReplicaSets beyond revisionHistoryLimit. Source: D-480…D-487.
#pragma once

#include <optional>
#include <vector>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the old ReplicaSets to delete, lowest revision first: as many as exceed the limit.
// ReplicaSets that are being deleted already are not counted. These are counted and chosen, but
// stay (D-482…D-486):
// - ReplicaSets that still have Pods
// - ReplicaSets whose controller has not observed their latest generation
// - under Recreate, ReplicaSets with terminating Pods (S-010)
// - ReplicaSets that the extension needs (Extended::kept)
// - the ReplicaSet that has or had Workload::kept_revision (RO-035)
// The one that was complete last (proven.h) is the last to be chosen: what is kept has something to
// go back to (RO-124). Example: revision 1 was complete, 2 and 3 never were, 4 is new, limit 2:
// revision 2 is chosen.
// Example: 5 old ones, limit 2: the three lowest revisions are chosen; if one of these has Pods,
// two are deleted.
std::vector<const ReplicaSet*> ReplicaSetsToDelete(const Situation& situation);

// Returns the next deletion. It carries uid and resourceVersion as preconditions, so a ReplicaSet
// that was scaled up meanwhile is not deleted (B-31). Returns nullopt if there is none, or if the
// rollout is not complete (D-481). These need not be complete:
//   - a paused rollout, but no rollback may wait (D-472), and the wanted template must be known
//     (RO-039)
//   - a rollout that rests at a step or a partition (RO-125)
//   - any rollout of a kind that keeps the revision that was complete last (RO-125)
std::optional<Step> CleanUpHistory(const Situation& situation);

}  // namespace windlass::workload
