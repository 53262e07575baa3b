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
  std::optional<std::string> template_json{};  // nullopt: the workload has it already
  std::map<std::string, std::string> large_values{};
};

// Returns what this sync has read; nullopt if the workload has all its parts, or was not read, or
// only in a version with other parts.
std::optional<OwnParts> PartsRead(const Workload& workload, const Learned& learned);

// Returns the step that gets the parts that the workload lacks: the read, or the failure of the
// read. Returns nullopt if it lacks none. For whoever makes a ReplicaSet or compares templates.
std::optional<Step> ReadOwnParts(const Workload& workload, const Learned& learned);

// Returns the same if the parts are needed before anything is decided: the extension reads the
// template, or the ReplicaSet that has the template lacks a large annotation. Otherwise nullopt.
std::optional<Step> ReadPartsNeededNow(const View& view, const Claims& claims,
                                       const Learned& learned);

}  // namespace windlass::workload
