// Watches ReplicationControllerUpdates for the metrics of rollouts: which rollouts are under way,
// since when, in which state each is, and how each ended. Decides nothing.
//
//   updates ──▶ UpdateObserver ──▶ RolloutsUnderWay ──▶ the metrics page
//
// A rollout is a run (run.h). If the run fails, a run that goes on after the failure belongs to the
// same rollout. A rollout begins with its update, or with an edit after the last run ended, but not
// while spec.paused is true. A rollout ends as
//
//   complete      the phase is Succeeded or RolledBack; or the run is done, and the phase is
//                 Preparing because the next run is due
//   rolled_back   spec.rollback was set during the run, and the run turns back; the way back is
//                 another rollout
//   superseded    the spec asks for another new ReplicationController, or spec.rollback was set
//                 back to false during the way back
//   refused       Windlass refused the run, and neither this run nor an unfinished run before it
//                 changed anything
//   deleted       the update was deleted
//
// A rollout whose update failed in any other way has not ended: it is stuck, for the reason of the
// update's condition Ready, until the cause is gone or a user edits or deletes the update. If the
// failure has ended the run (HasEnded), only an edit or the deletion helps. Core thread only.
#pragma once

#include <string>

#include "controller/api/replication_controller_update.h"
#include "controller/runtime/figures.h"
#include "controller/workload/watch/rollouts_under_way.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// Returns the name of the update's present or last rollout, as the status of the update says: the
// first eight characters of the update's uid, and the number of the rollout, from 1. Example:
// "3f2a9c1e-1".
std::string RolloutIdOf(const ReplicationControllerUpdate& update);

// Returns the words of updates in metrics.
RolloutWords UpdateWords();

class UpdateObserver {
 public:
  // Listens to `updates`. Both references must outlive the observer, and `updates` must not change
  // after the observer is gone.
  UpdateObserver(const Clock& clock, Store<ReplicationControllerUpdate>& updates);
  UpdateObserver(const UpdateObserver&) = delete;
  UpdateObserver& operator=(const UpdateObserver&) = delete;

  void Lead(bool leading);

  void AddFigures(Figures& figures) const;

 private:
  void Changed(const Change<ReplicationControllerUpdate>& change);
  void SeenFirst(const ReplicationControllerUpdate& update);
  void Followed(const ReplicationControllerUpdate& before, const ReplicationControllerUpdate& now);
  void Begin(const ReplicationControllerUpdate& update, RolloutsUnderWay::Rollout rollout);

  const Store<ReplicationControllerUpdate>& updates_;
  RolloutsUnderWay rollouts_;
};

}  // namespace windlass
