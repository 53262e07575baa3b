// Watches patched Pods until they are available again: emits Events on the Pod itself, and keeps
// the figures of the metrics. Decides nothing.
//
//   Pods, workloads ───▶ InPlaceObserver ──▶ Events InPlaceUpdated, InPlaceFailed, InPlaceDrift
//   decisions of syncs ─▶                 └─▶ InPlaceFigures
//
// InPlaceDrift: another client changed the Pod's spec between its patch and when it became
// available again (P-081).
//
// The observer follows Pods whether or not this process leads, so that a new leader knows when each
// was patched. It emits Events and counts totals only while this process leads. Its memory is
// bounded and lost at a restart. After a restart it follows only patches of the last minutes,
// because older ones may have been completed long ago. Core thread only. Source: P-084.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "controller/core/step.h"
#include "controller/in_place/pod/failure.h"
#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/watch/figures.h"
#include "controller/in_place/watch/rollouts.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/store.h"

namespace windlass {

class InPlaceObserver {
 public:
  // Returns the workload that owns the ReplicaSet that owns the Pod; nullopt if there is none.
  using OwnerOf = std::function<std::optional<Workload>(const Pod&)>;

  // Records an Event about an object.
  using RecordEvent = std::function<void(const ObjectReference& about, const Event& event)>;

  // Listens to both stores. All arguments must outlive the observer, and the stores must not change
  // after it is gone.
  InPlaceObserver(const Clock& clock, TimerQueue& timers, RecordEvent record,
                  WorkloadStore& workloads, Store<Pod>& pods, OwnerOf owner_of);
  ~InPlaceObserver();
  InPlaceObserver(const InPlaceObserver&) = delete;
  InPlaceObserver& operator=(const InPlaceObserver&) = delete;

  void Lead(bool leading) { leading_ = leading; }

  // Decided: a write of a sync succeeded. Refused: a write failed.
  void Decided(const Because& because);
  void Refused(const Because& because, const Error& error);

  const InPlaceFigures& figures() const { return totals_; }

  size_t followed() const { return followed_.size(); }
  size_t told() const { return told_.size(); }

 private:
  // A Pod from its patch until it is available.
  struct Followed {
    ObjectKey pod;
    in_place::PodState state;
    MonotonicTime patched_at;
    bool updated = false;  // has been complete
    TimerId timer = 0;
  };
  // What was already reported about a Pod.
  struct Told {
    int64_t revision = 0;
    std::set<std::string> reasons;
  };

  void PodChanged(const Change<Pod>& change);
  void Take(const Pod& pod, bool witnessed);
  void Look(const Pod& pod, const Workload& owner);
  void LookAfterwards(const Pod& pod, const Workload& owner);
  void LookLater(const Pod& pod, const Workload& owner, Followed& followed,
                 std::optional<WallTime> at);
  void NoteUpdated(const Pod& pod, Followed& followed);
  void NoteFailure(const Pod& pod, const Workload& owner, const in_place::PodState& state);
  void NoteDrift(const Pod& pod, const in_place::PodState& state);
  // Returns true if `reason` is to be reported for this Pod, for the first time at this revision.
  bool IsNews(const Pod& pod, int64_t revision, const std::string& reason);
  void Forget(const Uid& pod);
  void Tell(const Pod& pod, const Event& event);

  const Clock& clock_;
  TimerQueue& timers_;
  const RecordEvent record_;
  const Store<Pod>& pods_;
  OwnerOf owner_of_;
  bool leading_ = false;
  InPlaceRollouts rollouts_;
  std::map<Uid, Followed> followed_;
  std::map<Uid, Told> told_;
  InPlaceFigures totals_;
};

}  // namespace windlass
