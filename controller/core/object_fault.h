// Keeps a fault in code about one object from ending the process. Planner code runs in two places:
//   - in a sync, where a fault ends that sync with an internal error (runtime/sync.h)
//   - outside of syncs: when a cache changes, in timers, and for metrics. A fault there is logged
//     with the name of the object, and nothing is known of that object. KnownOf is for this place.
// The work must change no lasting state (assert_scope.h). So a caller lets the work compute a
// value, and stores the value afterwards. Example: FailureOf(pod) is the work; counting the failure
// and sending its Event are not.
#pragma once

#include <exception>
#include <new>
#include <optional>
#include <type_traits>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/assert_scope.h"
#include "kubeclient/base/log.h"

namespace windlass {

// Runs `work` and returns true. If `work` throws an exception or fails an assertion, calls `report`
// with what is wrong, and returns false. Exception: std::bad_alloc ends the process, because
// nothing can go on without memory, and a restart repairs that.
template <typename Work, typename Report>
bool CatchFault(Work work, Report report) {
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

// Logs a fault in work about the object `key` outside of syncs.
void LogFault(Log& log, const ResourceId& resource, const ObjectKey& key, const char* fault);

// Runs `work`, which is about the object `meta`, and returns its value. If `work` throws an
// exception or fails an assertion, logs why and returns nullopt. Exception: if a sync is the
// caller, the fault ends that sync, because the sync must not plan as if the object were gone.
template <typename Work>
std::optional<std::invoke_result_t<Work>> KnownOf(Log& log, const ResourceId& resource,
                                                  const ObjectMeta& meta, Work work) {
  if (AssertionsThrow::IsActive()) return work();
  std::optional<std::invoke_result_t<Work>> known;
  CatchFault([&known, &work] { known.emplace(work()); },
             [&](const char* fault) { LogFault(log, resource, KeyOf(meta), fault); });
  return known;
}

}  // namespace windlass
