// The patch that brings one Pod to the target template, with the state that goes with it. Source:
// P-034, P-035.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "controller/in_place/pod_changes.h"
#include "controller/in_place/pod_state.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

struct PodTarget {
  Uid deployment;
  int64_t revision = 0;  // of the ReplicaSet that has the target template
  KnownTemplate to;
};

// What users are told of them: "app: r/app:1 to r/app:2", or "metadata" where no image changes.
std::string Describe(const TemplateChanges& changes);

// What is asked of the server, and what users are told of it.
struct PodPatch {
  Request request;
  std::string changes;
};

// `from` is the template the Pod is of; `state` that of our last patch, or null. `whole_pod` is the
// text of an uncached read of the Pod, needed only where tolerations change, because the projection
// lacks them: without it the answer is that read. Error kMalformed when a template cannot be read.
Result<std::variant<PodPatch, Request>> PatchFor(const Pod& pod, const PodState* state,
                                                 const KnownTemplate& from, const PodTarget& target,
                                                 const std::string* whole_pod, WallTime now);

}  // namespace windlass::in_place
