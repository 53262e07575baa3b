// Which Pods are watched: those that have not ended.
#pragma once

#include "controller/runtime/informers.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/pod_list.h"

namespace windlass {

// Returns the options of a watch that shows each Pod in the watched namespaces until the Pod ends
// (phase Succeeded or Failed).
inline ReflectorOptions LivePods(const Informers& informers) {
  ReflectorOptions options = informers.All(resources::kPods);
  options.field_selector = kLivePods;
  return options;
}

// Returns true if `pod` has not ended. A Pod that has ended must not be put into a store. The watch
// does not select such a Pod, and so would never remove it from the store.
inline bool IsLive(const Pod& pod) {
  return pod.phase != PodPhase::kSucceeded && pod.phase != PodPhase::kFailed;
}

// Returns the projection that caches, of each live Pod, all fields that Windlass reads, not only
// the metadata. All users of this projection share one informer.
inline Projection<Pod> WholePods(const Informers& informers) {
  return {"whole_pods", LivePods(informers), &DecodePod,
          ReplyFolding<Pod>{.selects = &IsLive, .removes = true}, /*gives_up=*/true};
}

}  // namespace windlass
