#include "controller/core/object_fault.h"

#include "kubeclient/api/request.h"

namespace windlass {

void LogFault(Log& log, const ResourceId& resource, const ObjectKey& key, const char* fault) {
  log.Error("internal error outside of a sync",
            {{"object", ObjectText(resource, key)}, {"error", fault}});
}

}  // namespace windlass
