// Which Pods are watched: those that have not ended.
#pragma once

#include "controller/runtime/informers.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/request.h"

namespace windlass {

// Returns what to watch so that the Pods of the watched namespaces are seen until they end.
inline ReflectorOptions LivePods(const Informers& informers) {
  ReflectorOptions options = informers.All(resources::kPods);
  options.field_selector = "status.phase!=Succeeded,status.phase!=Failed";
  return options;
}

// The watch selects no Pod that has ended, so it would never remove such a Pod from a store.
inline bool IsLive(const Pod& pod) {
  return pod.phase != PodPhase::kSucceeded && pod.phase != PodPhase::kFailed;
}

// Returns the projection of these Pods with all fields that are read. All users of whole Pods share
// its informer.
inline Projection<Pod> WholePods(const Informers& informers) {
  return {"whole_pods", LivePods(informers), &DecodePod,
          ReplyFolding<Pod>{.selects = &IsLive, .removes = true}, /*gives_up=*/true};
}

}  // namespace windlass
