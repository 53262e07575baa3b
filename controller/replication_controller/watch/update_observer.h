// Watches ReplicationControllerUpdates for the metrics of rollouts: which rollouts are under way,
// since when, in which state each is, and how each ended. Decides nothing. Core thread only.
//
//   updates ──▶ UpdateObserver ──▶ RolloutsUnderWay ──▶ the metrics page
//
// A rollout is one run of an update (run.h), with the runs that continue it after a failure. It
// begins when
//   - the update is created, or is edited after its last run ended
//   - the rollout before it ends, and the spec asks for another one (see below)
// While spec.paused is true, no rollout begins. A rollout ends as
//
//   complete      the phase is Succeeded or RolledBack; or the run is done, and the phase is
//                 Preparing because the next run is due
//   rolled_back   a user set spec.rollback to true during the run. The rollback is a new rollout
//   superseded    a user edited the spec so that it asks for another new ReplicationController; or
//                 a user set spec.rollback back to false during a rollback
//   refused       Windlass refused the run, and neither this run nor an unfinished run before it
//                 changed anything
//   deleted       the update was deleted
//
// After any other failure, the rollout has not ended: the metrics show it as stuck, with the reason
// of the update's condition Ready. It stays so until the cause is gone, or a user edits or deletes
// the update. If the failure has ended the run (HasEnded), only an edit or the deletion helps.
#pragma once

#include <string>

#include "controller/api/replication_controller_update.h"
#include "controller/core/object_fault.h"
#include "controller/runtime/figures.h"
#include "controller/workload/watch/rollouts_under_way.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// Returns the id of the update's present rollout, or of the last rollout if none is under way: the
// first eight characters of the update's uid, and the number of the rollout in this update, from 1
// (status.earlierRollouts + 1). Example: "3f2a9c1e-1".
std::string RolloutIdOf(const ReplicationControllerUpdate& update);

// Returns the label values that the metrics use for updates: kind, strategies and causes.
RolloutWords UpdateWords();

class UpdateObserver {
 public:
  // Listens to `updates`. All references must outlive the observer. After the observer is
  // destroyed, `updates` must not change, because it would call the observer.
  UpdateObserver(const Clock& clock, FaultLog& faults, Store<ReplicationControllerUpdate>& updates);
  UpdateObserver(const UpdateObserver&) = delete;
  UpdateObserver& operator=(const UpdateObserver&) = delete;

  void Lead(bool leading);

  void AddFigures(Figures& figures) const;

 private:
  void Changed(const Change<ReplicationControllerUpdate>& change);
  template <typename Work>
  auto Known(const ReplicationControllerUpdate& update, Work work) const;

  // These find out what happened, and change nothing.
  using News = RolloutsUnderWay::News;
  News SeenFirst(const ReplicationControllerUpdate& update) const;
  News Followed(const ReplicationControllerUpdate& before,
                const ReplicationControllerUpdate& now) const;
  static News Look(const ReplicationControllerUpdate& update);
  static RolloutsUnderWay::Rollout RolloutOf(const ReplicationControllerUpdate& update,
                                             RolloutsUnderWay::Rollout rollout);

  FaultLog& faults_;
  const Store<ReplicationControllerUpdate>& updates_;
  RolloutsUnderWay rollouts_;
};

}  // namespace windlass
