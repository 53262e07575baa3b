// Parts of the workload that the cache does not keep: the text of its template and the values of
// large annotations.
//
// The text is kept until the status has observed the generation (deployment.h). By then a
// ReplicaSet has the template and the annotations, and nothing needs them again. If something does
// all the same, such as a user who deleted that ReplicaSet, the planner reads the workload once.
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

// Returns those of the parts that the workload lacks and that this sync has read, in the version
// that the cache shows.
OwnParts PartsRead(const Workload& workload, const Learned& learned);

// Returns the step that gets the parts that the workload lacks, for whoever makes a ReplicaSet: the
// read; or the failure, if the text was not to be had. Without the values of annotations a
// ReplicaSet is made all the same, and gets them in a later sync. Returns nullopt if it can be
// made.
std::optional<Step> ReadOwnParts(const Workload& workload, const Learned& learned);

// Returns the read if the parts are needed before anything is decided: the extension reads the
// template, or the ReplicaSet that has the template lacks a large annotation. Returns nullopt
// otherwise, and once it was asked: a sync goes on without what could not be read.
std::optional<Step> ReadPartsNeededNow(const View& view, const Claims& claims,
                                       const Learned& learned);

}  // namespace windlass::workload
