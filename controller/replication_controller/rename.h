// The new controller takes the old one's name, so that a crash at any point can be gone on from and
// no Pod is lost (RC-14):
//
//   1. the old controller notes what the new one is (kRenameJournal), and the status, too
//   2. the new controller is deleted, its Pods stay without an owner
//   3. when it is gone, no Pod has it as owner any more, and the old controller has no Pods, one
//      update turns the old controller into it; the replication controller adopts the Pods
//   4. when all are adopted, the annotations go; Pods that were made meanwhile are named in a
//      warning
//
// The old object stays, with its uid. kubectl deletes both and creates a third.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the next of steps 1 and 2. Requires both controllers.
Step BeginRename(const Situation& situation);

// Returns the next of steps 3 and 4, or the end of the run, if a rename is under way and the new
// controller is gone; otherwise nullopt. From there on there is no way back: neither a pause nor a
// rollback is heeded before the end.
std::optional<Step> FinishRename(const Situation& situation);

}  // namespace windlass::replication_controller
