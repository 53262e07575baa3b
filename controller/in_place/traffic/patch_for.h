// The patch that brings one Pod to the target template, together with the Pod's new state. Source:
// P-034, P-035.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "controller/in_place/pod/pod_changes.h"
#include "controller/in_place/pod/pod_state.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

struct PodTarget {
  Uid deployment;
  int64_t revision = 0;  // of the ReplicaSet that has the target template
  KnownTemplate to;
};

// Returns the changes for messages: "app: r/app:1 to r/app:2, app: limits.cpu 1 to 2", or
// "metadata" if no image and no resources change.
std::string Describe(const TemplateChanges& changes);

// A request to the API server, and a text for users that says what the request changes.
struct PodPatch {
  Request request;
  std::string changes;
};

// What a patch rests on, besides the spec and the state of the Pod.
struct PodSight {
  WallTime now;
  bool heard = true;  // the Pod's kubelet is heard now (KubeletHeardSince), or the Pod has no node
  // False: the Pod may be patched only because it is not available. The patch then tests that the
  // Pod still has the version that we saw, so the API server refuses it if the Pod has changed.
  bool available = true;
};

// Returns the patch; or, if the tolerations change and `whole_pod` is null, a Get of the whole Pod,
// because the cache does not keep tolerations. The patch does not change CPU and memory: its state
// says what a resize has to change afterwards (ResizePod). Error kMalformed if a template cannot be
// read, kInvalid if the state would be too long.
//   - `from`: the template that the Pod has
//   - `state`: the state of our last patch, or null
//   - `whole_pod`: the response to that Get, or null before it
Result<std::variant<PodPatch, Request>> PatchFor(const Pod& pod, const PodState* state,
                                                 const KnownTemplate& from, const PodTarget& target,
                                                 const std::string* whole_pod,
                                                 const PodSight& sight);

// Returns the patch that writes `state` to the Pod. The patch also writes the revision label, with
// the value that the Pod already has (LostState), and changes nothing else.
Result<Request> RestoreState(const Pod& pod, const PodState& state);

}  // namespace windlass::in_place
