// Parts of the workload that the cache does not keep: the text of its template and the values of
// large annotations.
//
// If the cache has room, it keeps the text until the status has observed the generation
// (deployment.h). From then on a ReplicaSet has the template and the annotations. If the planner
// needs them again, for example because a user deleted that ReplicaSet, it reads the workload once
// in a sync.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/view.h"

namespace windlass::workload {

struct OwnParts {
  std::optional<std::string> template_json{};
  std::optional<std::map<std::string, std::string>> large_values{};
};

// Returns the parts that `workload` lacks and that this sync has read. Leaves out a part whose
// fingerprint differs from the cached one, because the part was changed since. A newer
// resourceVersion alone does not matter.
OwnParts PartsRead(const Workload& workload, const Learned& learned);

// Must be called before a ReplicaSet is made. Returns the read of the parts that the workload
// lacks, or a failure if the text could not be read. Returns nullopt if a ReplicaSet can be made. A
// ReplicaSet can be made without the values of large annotations, and gets these in a later sync.
std::optional<Step> ReadOwnParts(const Workload& workload, const Learned& learned);

// Returns the read of the parts that the workload lacks, if a part is needed before anything is
// decided:
//   - the template, because the extension reads it
//   - the values of large annotations, because the ReplicaSet with the template lacks one of these
//     annotations
// Returns nullopt if no part is needed, or if this sync has sent the read. If the read failed, the
// sync continues without the parts.
std::optional<Step> ReadPartsNeededNow(const View& view, const Claims& claims,
                                       const Learned& learned);

}  // namespace windlass::workload
