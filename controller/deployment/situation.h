// What one call of Next works on: the view, sorted out once. Every concern reads it, none changes
// it.
#pragma once

#include <optional>
#include <vector>

#include "controller/deployment/in_place_situation.h"
#include "controller/deployment/rolling.h"
#include "controller/step.h"
#include "controller/view.h"

namespace windlass::deployment {

// Borrowed from the view; valid during one call of Next.
struct Situation {
  const View& view;
  const Workload& workload;
  const Learned& learned;
  WallTime now;

  std::vector<const ReplicaSet*> all{};  // claimed, oldest first, then by name
  const ReplicaSet* newest = nullptr;    // "newRS": its template is the workload's (D-150)
  std::vector<const ReplicaSet*> old{};  // the others, same order
  Fenceposts limits{};                   // of the workload

  // The write that the API server refused in this sync, and that users are told about, with verb
  // and object before the server's words (refused_write.h).
  std::optional<Error> refused{};

  InPlace in_place{};  // looked at last, with all of the above (in_place_look.h)

  bool recreate() const { return workload.strategy == Strategy::kRecreate; }
  // spec.progressDeadlineSeconds is set and not "unlimited" (D-060).
  bool has_progress_deadline() const;
};

// What sizing needs to know of a ReplicaSet; nonsense from outside is no size. Of `available`, what
// will certainly be left when its controller has seen the present size: of the ready Pods, those
// above it go, and they may all be available ones, because readiness is what that controller looks
// at (D-743, W-05).
ReplicaSetSize SizeOf(const ReplicaSet& rs);

// Asks past the caches for the live Pods of `workload`, whichever of its ReplicaSets has them.
Request ListOfPods(const Workload& workload);

// The answer to that list in this sync. Returns null if there is none, or if a ReplicaSet was
// written since: its Pods may have come later.
const Outcome* FindFresh(const Learned& learned, const Request& list);

// The sum of spec.replicas.
int64_t TotalReplicas(const std::vector<const ReplicaSet*>& replica_sets);

}  // namespace windlass::deployment
