#include "controller/core/object_fault.h"

#include <exception>
#include <new>

#include "kubeclient/api/request.h"

namespace windlass {

bool CatchFault(const std::function<void()>& work, const std::function<void(const char*)>& report) {
  try {
    const AssertionsThrow scope;
    work();
    return true;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& fault) {
    report(fault.what());
    return false;
  }
}

void LogFault(Log& log, const ResourceId& resource, const ObjectKey& key, const char* fault) {
  log.Error("internal error outside of a sync",
            {{"object", ObjectText(resource, key)}, {"error", fault}});
}

}  // namespace windlass
