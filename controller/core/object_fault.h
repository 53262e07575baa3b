// Keeps a fault in code about one object from ending the process. Planner code runs in two places:
//   - in a sync, where a fault ends that sync with an internal error (runtime/sync.h)
//   - outside of syncs: when a cache changes, in timers, and for metrics. There, KnownOf logs a
//     fault with the name of the object (FaultLog), and returns no value.
// `work`, the code given to KnownOf or CatchFault, must change no lasting state (assert_scope.h):
// it computes a value, and the caller stores it. Example: FailureOf(pod) is the work; counting the
// failure and sending its Event are not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <type_traits>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/assert_scope.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"

namespace windlass {

// Runs `work` and returns true. If `work` throws a std::exception or fails an assertion, calls
// `report` with what is wrong, and returns false. Does not catch std::bad_alloc, which ends the
// process: nothing can go on without memory, and a restart repairs that.
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

// The shortest time between two lines about faults of one object.
inline constexpr Duration kFaultLineEvery = seconds(60);

// Logs faults in work about one object outside of syncs. Such work runs often: for each event of
// the object, and for each read of the metrics. Logs the first fault of an object at once, and a
// later one if the object's latest line is at least kFaultLineEvery old. The field `left_out` of a
// line is the number of faults since the line before that were not logged. Example: an object fails
// once a second from 12:00:00 on. There is a line at 12:00:00, and one at 12:01:00 with
// left_out=59. Core thread only.
class FaultLog {
 public:
  // Both references must outlive this.
  FaultLog(const Clock& clock, Log& log) : clock_(clock), log_(log) {}
  FaultLog(const FaultLog&) = delete;
  FaultLog& operator=(const FaultLog&) = delete;

  // Logs `fault`, or counts it as left out.
  void Note(const ResourceId& resource, const ObjectKey& key, const char* fault);

  // Returns the number of objects remembered. At most every ten minutes, when a line is logged, the
  // log forgets the objects whose latest line is more than ten minutes old.
  size_t size() const { return lines_.size(); }

 private:
  struct Line {
    MonotonicTime at;       // of the latest line
    uint64_t left_out = 0;  // faults since then
  };

  void Forget(MonotonicTime now);

  const Clock& clock_;
  Log& log_;
  std::map<std::string, Line> lines_;  // by "pods ns/web-1"
  MonotonicTime forgot_at_{};
};

// Runs `work`, which is about the object `meta`, and returns its value. If `work` throws a
// std::exception or fails an assertion:
//   - within a sync: the fault ends the sync, which must not plan as if the object were gone
//   - elsewhere: logs why, and returns nullopt
template <typename Work>
std::optional<std::invoke_result_t<Work>> KnownOf(FaultLog& faults, const ResourceId& resource,
                                                  const ObjectMeta& meta, Work work) {
  if (AssertionsThrow::IsActive()) return work();
  std::optional<std::invoke_result_t<Work>> known;
  CatchFault([&known, &work] { known.emplace(work()); },
             [&](const char* fault) { faults.Note(resource, KeyOf(meta), fault); });
  return known;
}

}  // namespace windlass
