// The size that the old controller had before the update, which is noted on it: the live size is a
// smaller one by then (RC-8).
#pragma once

#include <cstdint>
#include <optional>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the request that lists the ReplicationControllers of the namespace.
Request ListControllers(const Situation& situation);

struct SizeOrAsk {
  int32_t size = 0;
  std::optional<Step> ask{};  // must be answered first
};
// Returns the size to note: spec.replicas of the old controller; or original-replicas, if that is
// larger, and the controller that it was noted for does not exist any more. Example: 10 to 10, cut
// off at 4 old Pods by a deletion of the new controller: 10. Requires the old controller.
SizeOrAsk SizeBefore(const Situation& situation);

struct GoneOrAsk {
  std::optional<int32_t> size{};
  std::optional<Step> ask{};  // must be answered first
};

// Returns original-replicas of the old controller if the controller that it was noted for does not
// exist any more; no size otherwise. Requires the old controller.
GoneOrAsk FindNotedSizeOfGone(const Situation& situation);

// Returns true if original-replicas of `source` is that of this run. kubectl does not say of which
// run it is: it is taken for this one if the target has replicas already, because then the live
// size may be a smaller one (RC-8).
bool HasOriginalSize(const ReplicationController& source, const ReplicationController& target);

// Notes `size` on the old controller for an update to the new one. Takes off what is left of a
// rollback that was turned off: the next one goes back to `size`. Requires both controllers.
Step NoteSizeForUpdate(const Situation& situation, int32_t size);

// Notes the size of the new controller on it for a rollback to the old one, which may be turned
// off. Requires both controllers.
Step NoteSizeForRollback(const Situation& situation);

// Returns true if a rollback of the update to `created` has made `old` its target.
bool IsRollbackTarget(const ReplicationController& old, const ReplicationController& created);

// Returns the size that the old controller had; nullopt if it is not known. If the new one was
// never scaled, the old one has it still.
std::optional<int32_t> SizeToRestore(const ReplicationController& old,
                                     const ReplicationController& target);

}  // namespace windlass::replication_controller
