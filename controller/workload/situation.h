// What one call of Next works on: the view, sorted once. All parts of the planner read it, none
// changes it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "controller/core/step.h"
#include "controller/workload/extension.h"
#include "controller/workload/rolling.h"
#include "controller/workload/view.h"

namespace windlass::workload {

// The template that Pods are to have, with the API server's defaults. Borrowed.
struct WantedTemplate {
  Fingerprint fingerprint{};
  const std::string* json = nullptr;  // null if its text is not kept
  bool known = false;                 // false: `fingerprint` says nothing yet

  // Returns true if the template of fingerprint `other` is known to be this one.
  bool Is(const Fingerprint& other) const { return known && fingerprint == other; }
};

// Borrowed from the view; valid during one call of Next.
struct Situation {
  const View& view;
  const Workload& workload;
  const Learned& learned;
  WallTime now;

  std::vector<const ReplicaSet*> all{};         // claimed, oldest first, then by name
  const ReplicaSet* new_replica_set = nullptr;  // "newRS": its template is the wanted one (D-150)
  std::vector<const ReplicaSet*> old{};         // the others, same order
  Fenceposts limits{};                          // of the workload
  WantedTemplate wanted{};

  // The refused write of this sync that is reported to users. Its message names verb and object
  // before the server's words (refused_write.h).
  std::optional<Error> refused{};

  // What the extension found. It looks last, when all of the above is set.
  Extended extended{};
  std::shared_ptr<const ExtensionState> extension_state{};  // only the extension reads it

  // Returns the extension of the workload's kind, or one that does nothing.
  const Extension& extension() const;

  bool recreate() const { return workload.strategy == Strategy::kRecreate; }
  // Returns true if spec.progressDeadlineSeconds is set and not "unlimited" (D-060).
  bool has_progress_deadline() const;
};

// Returns the size of a ReplicaSet as the rules for sizes need it; negative numbers count as 0.
// `available` counts only Pods that surely stay when the ReplicaSet controller acts on the present
// size. That controller removes ready Pods above the size without looking at availability, so each
// removed Pod may be an available one (D-743, W-05). Example: size 5, 7 ready, 6 available: two
// Pods go, 6 - 2 = 4; the fifth is doubtful.
ReplicaSetSize SizeOf(const ReplicaSet& rs);

std::vector<ReplicaSetSize> SizesOf(const std::vector<const ReplicaSet*>& replica_sets);

// Returns the uncached list of the live Pods of `workload`, whichever ReplicaSet owns them.
Request ListOfPods(const Workload& workload);

// Returns the answer to `list` in this sync. Returns null if there is none, or if another request
// about a ReplicaSet succeeded since: after a write, Pods may have come later than the list.
const Outcome* FindFresh(const Learned& learned, const Request& list);

// Returns the sum of spec.replicas, with negative sizes as 0.
int64_t TotalReplicas(const std::vector<const ReplicaSet*>& replica_sets);

}  // namespace windlass::workload
