// Which Pods are watched: those that have not ended.
#pragma once

#include "controller/runtime/informers.h"
#include "kubeclient/api/request.h"

namespace windlass {

// Returns what to watch so that the Pods of the watched namespaces are seen until they end.
inline ReflectorOptions LivePods(const Informers& informers) {
  ReflectorOptions options = informers.All(resources::kPods);
  options.field_selector = "status.phase!=Succeeded,status.phase!=Failed";
  return options;
}

}  // namespace windlass
