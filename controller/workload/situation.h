// What one call of Next (planner.h) works on: the view, and what MakeSituation has found in it, for
// example the new ReplicaSet. All rules of the planner read the Situation, and no rule changes it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/core/step.h"
#include "controller/workload/extension.h"
#include "controller/workload/view.h"

namespace windlass::workload {

// The template that Pods are to have, with the API server's defaults.
struct WantedTemplate {
  Fingerprint fingerprint{};
  const std::string* json = nullptr;  // borrowed; null if the cache does not keep the text
  bool known = false;                 // if false, `fingerprint` and `json` are not set

  // Returns true if this template is known and has the fingerprint `other`.
  bool Is(const Fingerprint& other) const { return known && fingerprint == other; }
};

// Refers to the view, and is valid during one call of Next.
struct Situation {
  const View& view;
  const Workload& workload;
  const Learned& learned;
  WallTime now;

  std::vector<const ReplicaSet*> all{};         // Claims::ours: oldest first, then by name
  const ReplicaSet* new_replica_set = nullptr;  // has the wanted template (D-150); null if none has
  std::vector<const ReplicaSet*> old{};         // all others, in the same order
  Fenceposts limits{};                          // updated_max includes the limit of the steps
  WantedTemplate wanted{};

  // The error that Windlass reports to users if the API server has refused a write in this sync, or
  // did not keep a size. It is the first of RefusedWrite, WhyNotKept (refused_write.h) and
  // Extended::refused_write. After a refused adoption or release, it is the error that
  // SettleOwnership has returned. The message of a refusal names the verb and the object of the
  // write, then quotes the API server.
  std::optional<Error> refused{};
  // True if `refused` is about a size that the API server did not keep (WhyNotKept).
  bool not_kept = false;

  // Set by the extension (Extension::Look), when all members above are set. The extension may also
  // change new_replica_set, old, limits.updated_max and wanted. While HasNothingToFollow is true,
  // MakeSituation itself sets extended.refused.
  Extended extended{};
  std::shared_ptr<const ExtensionState> extension_state{};  // only the extension reads it

  // Returns the extension of the workload's kind, or one that does nothing.
  const Extension& extension() const;

  bool recreate() const { return workload.strategy == Strategy::kRecreate; }
  // Returns true if spec.progressDeadlineSeconds is set and not kUnlimited (D-060).
  bool has_progress_deadline() const;
};

// Returns the request for an uncached list of the live Pods that the selector of `workload`
// matches, whichever ReplicaSet owns them.
Request ListOfPods(const Workload& workload);
// Returns the step that sends ListOfPods. Its Outcome::value will be a std::vector<ListedPod>
// (pod_list.h).
Read ReadPods(const Workload& workload, std::string why);

// Returns the answer to `list`, a request for a list of Pods. Returns null
//   - if this sync has not sent `list`
//   - if a request about a ReplicaSet has succeeded since: there may be Pods that the list does not
//     show
const Outcome* FindFresh(const Learned& learned, const Request& list);

}  // namespace windlass::workload
