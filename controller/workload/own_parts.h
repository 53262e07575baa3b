// Parts of the workload that the cache does not keep: the text of its template and the values of
// large annotations.
//
// The cache keeps the text until the status has observed the generation (deployment.h). A
// ReplicaSet then has the template and the annotations. If they are needed again, for example
// because a user deleted that ReplicaSet, the planner reads the workload once.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/workload/claim.h"
#include "controller/workload/view.h"

namespace windlass::workload {

struct OwnParts {
  std::optional<std::string> template_json{};
  std::optional<std::map<std::string, std::string>> large_values{};
};

// Returns the parts that the workload lacks, as read in this sync. Leaves out a part that does not
// match the version that the cache shows.
OwnParts PartsRead(const Workload& workload, const Learned& learned);

// Must be called before a ReplicaSet is made. Returns the read of the parts that the workload
// lacks, or a failure if the text could not be read. Returns nullopt if a ReplicaSet can be made.
// That needs no values of large annotations: the ReplicaSet gets them in a later sync.
std::optional<Step> ReadOwnParts(const Workload& workload, const Learned& learned);

// Returns that read if the parts are needed before anything is decided:
//   - the extension reads the template
//   - the ReplicaSet that has the template lacks a large annotation
// Returns nullopt otherwise, and after this sync sent the read: it goes on without what could not
// be read.
std::optional<Step> ReadPartsNeededNow(const View& view, const Claims& claims,
                                       const Learned& learned);

}  // namespace windlass::workload
