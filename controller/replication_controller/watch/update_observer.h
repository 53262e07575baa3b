// Watches ReplicationControllerUpdates for the metrics of rollouts: which of them are under way,
// since when, where each stands, and how it ended. Decides nothing.
//
//   updates ──▶ UpdateObserver ──▶ RolloutsUnderWay ──▶ the metrics page
//
// A rollout is a run (run.h). It begins with its update, or with an edit after the last run ended,
// and in both cases not before a pause ends. It ends as
//
//   complete      the phase is Succeeded or RolledBack
//   rolled_back   spec.rollback was set during the run, and the run heeds it; the way back is
//                 another rollout
//   superseded    the spec asks for another new ReplicationController, or no longer for a rollback
//   refused       Windlass refused it before it changed anything
//   deleted       with its update
//
// Any other update that failed has not ended: it is stuck, for the reason of its condition Ready,
// until a user edits or deletes it. Core thread only.
#pragma once

#include <string>

#include "controller/runtime/figures.h"
#include "controller/workload/watch/rollouts_under_way.h"
#include "kubeclient/api/replication_controller_update.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// Returns the name of the rollout that the update is in, or was in last, as its status says: the
// first eight characters of its uid, and the number of the rollout, from 1: "3f2a9c1e-1".
std::string RolloutIdOf(const ReplicationControllerUpdate& update);

class UpdateObserver {
 public:
  // Listens to `updates`. Both references must outlive the observer.
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
