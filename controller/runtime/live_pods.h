// Which Pods are watched: those that have not ended.
#pragma once

#include "controller/runtime/informers.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/pod_list.h"

namespace windlass {

// Returns the options of a watch that shows the Pods of the watched namespaces until these Pods
// end.
inline ReflectorOptions LivePods(const Informers& informers) {
  ReflectorOptions options = informers.All(resources::kPods);
  options.field_selector = kLivePods;
  return options;
}

// Returns true if `pod` has not ended. A Pod that has ended must not get into a store: the watch
// does not select it, and so would never remove it.
inline bool IsLive(const Pod& pod) {
  return pod.phase != PodPhase::kSucceeded && pod.phase != PodPhase::kFailed;
}

// Returns the projection of live Pods with all fields that are read. All users of whole Pods share
// its informer.
inline Projection<Pod> WholePods(const Informers& informers) {
  return {"whole_pods", LivePods(informers), &DecodePod,
          ReplyFolding<Pod>{.selects = &IsLive, .removes = true}, /*gives_up=*/true};
}

}  // namespace windlass
