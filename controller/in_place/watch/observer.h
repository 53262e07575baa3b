// Watches patched Pods until they are available again: emits Events about each Pod, and keeps the
// figures of the metrics. Makes no decisions about Pods. Core thread only. Source: P-084.
//
//   Pods, workloads ───▶ InPlaceObserver ──▶ Events InPlaceUpdated, InPlaceFailed, InPlaceDrift
//   decisions of syncs ─▶                 └─▶ InPlaceFigures
//
// InPlaceDrift: another client changed the Pod's spec after the patch and before the Pod became
// available again (P-081).
//
// The observer follows a Pod: it remembers the patch until the Pod is available. It does so even
// while this process does not lead, so that a new leader knows when each Pod was patched. It emits
// Events and counts totals only while this process leads. Its memory is bounded and lost at a
// restart. Afterwards it follows only patches of the last minutes, because older ones may have been
// completed long ago. A Pod that was restarted, or available, before this process saw its patch is
// neither reported nor measured as such: the process before did so, and when this happened is not
// known. So InPlaceUpdated does not come for a Pod whose restart ends while no process leads.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "controller/core/object_fault.h"
#include "controller/core/step.h"
#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/failure.h"
#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/watch/in_place_metrics.h"
#include "controller/in_place/watch/rollouts.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/store.h"

namespace windlass {

class InPlaceObserver {
 public:
  // Returns the metadata of the Pod's workload, which owns the ReplicaSet of the Pod; null if the
  // Pod has no workload.
  using OwnerOf = std::function<const ObjectMeta*(const Pod&)>;

  // Records an Event about an object.
  using RecordEvent = std::function<void(const ObjectReference& about, const Event& event)>;

  // Listens to `workloads` and `pods`. All arguments must outlive the observer, and neither store
  // may change after the observer is gone.
  InPlaceObserver(const Clock& clock, FaultLog& faults, TimerQueue& timers, RecordEvent record,
                  WorkloadStore& workloads, Store<Pod>& pods, OwnerOf owner_of,
                  in_place::NodeOf node_of);
  ~InPlaceObserver();
  InPlaceObserver(const InPlaceObserver&) = delete;
  InPlaceObserver& operator=(const InPlaceObserver&) = delete;

  void Lead(bool leading) { leading_ = leading; }

  // Called after a write of a sync: Decided if the write succeeded, Refused if it failed.
  void Decided(const Because& because);
  void Refused(const Because& because, const Error& error);

  const InPlaceFigures& figures() const { return totals_; }

  size_t followed() const { return followed_.size(); }
  size_t told() const { return told_.size(); }

 private:
  // Returns the state of the Pod's last patch by `owner`, with `heard_since` set; nullopt if the
  // Pod has no such state that can be read.
  std::optional<in_place::PodState> StateOf(const Pod& pod, const ObjectMeta& owner) const;

  // A Pod from its patch until it is available.
  struct Followed {
    ObjectKey pod;
    in_place::PodState state;
    MonotonicTime patched_at;
    // When this process found the patch, if it did not see the patch being made; otherwise nullopt.
    // Also nullopt once the Pod has changed since. Until that change, NoteDoneBefore judges the Pod
    // anew at each look, because the Pod's Node may become known only later.
    std::optional<WallTime> found_at{};
    bool updated = false;    // true once the patch was complete
    bool available = false;  // true if the Pod was available when this process found the patch
    TimerId timer = 0;
  };
  // What was already reported about a Pod.
  struct Told {
    int64_t revision = 0;
    std::set<std::string> reasons;
  };

  // What a look at a Pod finds. Find computes it and changes nothing, so a fault in Find can be
  // caught (Known).
  struct Finding {
    // False if another client gave the Pod other images after the patch. In that case no other
    // field than `state` is set.
    bool asks_for = false;
    in_place::PodState state;
    in_place::Completion completion{};
    seconds timeout{0};  // after which a Pod counts as failed
    bool available = false;
    // Set only for a Pod that is not available:
    std::optional<in_place::PodFailure> failure{};
    std::optional<WallTime> look_again{};
  };

  // Returns the result of `work`, which examines `pod`; nullopt if `work` fails (object_fault.h).
  // The observer then acts as if it knew nothing of the Pod.
  template <typename Work>
  auto Known(const Pod& pod, Work work) const;

  void PodChanged(const Change<Pod>& change);
  void Take(const Pod& pod, const ObjectMeta& owner, bool witnessed);
  void Look(const Pod& pod, const ObjectMeta& owner);
  void LookAt(const Pod& pod, const Workload& owner, Followed& followed);
  void NoteDoneBefore(const Pod& found, const Workload& owner, Followed& followed);
  void LookAfterwards(const Pod& pod, const Workload& owner);
  Finding Find(const Pod& pod, const Workload& owner, const in_place::PodState& state) const;
  void LookLater(const Pod& pod, Followed& followed, std::optional<WallTime> at);
  void NoteUpdated(const Pod& pod, Followed& followed);
  void NoteFailure(const Pod& pod, const in_place::PodState& state, const Finding& found);
  void NoteDrift(const Pod& pod, const in_place::PodState& state);
  // Returns true if `reason` was not reported for this Pod at this revision yet, and notes that it
  // is reported now.
  // Returns false also while this process does not lead, and if told_ has no room for the Pod.
  bool IsNews(const Pod& pod, int64_t revision, const std::string& reason);
  void Forget(const Uid& pod);
  void Tell(const Pod& pod, const Event& event);

  const Clock& clock_;
  FaultLog& faults_;
  TimerQueue& timers_;
  const RecordEvent record_;
  const WorkloadStore& workloads_;
  const Store<Pod>& pods_;
  OwnerOf owner_of_;
  in_place::NodeOf node_of_;
  bool leading_ = false;
  InPlaceRollouts rollouts_;
  std::map<Uid, Followed> followed_;
  std::map<Uid, Told> told_;
  InPlaceFigures totals_;
};

}  // namespace windlass
