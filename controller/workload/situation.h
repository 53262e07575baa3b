// What one call of Next (planner.h) works on: the view, sorted once. All parts of the planner read
// the Situation, and no part changes it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/core/step.h"
#include "controller/workload/extension.h"
#include "controller/workload/view.h"

namespace windlass::workload {

// The template that Pods are to have, with the API server's defaults. Borrowed.
struct WantedTemplate {
  Fingerprint fingerprint{};
  const std::string* json = nullptr;  // null if its text is not kept
  bool known = false;                 // false: `fingerprint` is not set

  // Returns true if this template is known and has the fingerprint `other`.
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
  std::vector<const ReplicaSet*> old{};         // all but new_replica_set, same order
  Fenceposts limits{};                          // of the workload
  WantedTemplate wanted{};

  // The error of the refused write that this sync reports to users (RefusedWrite of
  // refused_write.h). Its message names verb and object of the write, then quotes the API server.
  std::optional<Error> refused{};

  // What the extension found. The extension looks last, when all members above are set, and may
  // change new_replica_set, old, limits.updated_max and wanted (Extension::Look).
  Extended extended{};
  std::shared_ptr<const ExtensionState> extension_state{};  // only the extension reads it

  // Returns the extension of the workload's kind, or one that does nothing.
  const Extension& extension() const;

  bool recreate() const { return workload.strategy == Strategy::kRecreate; }
  // Returns true if spec.progressDeadlineSeconds is set and not kUnlimited (D-060).
  bool has_progress_deadline() const;
};

// Returns the uncached list of the live Pods of `workload`, whichever ReplicaSet owns them.
Request ListOfPods(const Workload& workload);
// Returns the Read of that list. Outcome::value is a std::vector<ListedPod> (pod_list.h).
Read ReadPods(const Workload& workload, std::string why);

// Returns the answer to `list` in this sync; null if there is none. Also returns null if a request
// about a ReplicaSet has succeeded since, because there may now be Pods that the list does not
// show.
const Outcome* FindFresh(const Learned& learned, const Request& list);

}  // namespace windlass::workload
