// Watches patched Pods until they can be counted on again: tells users of each on the Pod itself,
// and keeps the figures of the metrics. Decides nothing.
//
//   Pods, Deployments ──▶ InPlaceObserver ──▶ Events InPlaceUpdated, InPlaceFailed, InPlaceDrift
//   decisions of syncs ─▶                 └─▶ InPlaceFigures
//
// InPlaceDrift: somebody else changed the Pod's spec between its patch and when it could be counted
// on again (P-081).
//
// It follows Pods whether this process leads or not, so that a new leader knows since when; events
// and totals are of the time that it leads. What it remembers is bounded, and a restart forgets it:
// then only patches of the last minutes are taken up again, because an old one may have been
// carried out long ago. Core thread only. Source: P-084.
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
#include "controller/runtime/in_place_figures.h"
#include "controller/runtime/in_place_rollouts.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/store.h"

namespace windlass {

class InPlaceObserver {
 public:
  // The Deployment that owns the ReplicaSet that owns the Pod; nullptr when there is none.
  using OwnerOf = std::function<const Deployment*(const Pod&)>;

  // Records an Event about an object.
  using RecordEvent = std::function<void(const ObjectReference& about, const Event& event)>;

  // Listens to both stores. Everything must outlive the observer, and the stores must not change
  // any more when it has gone.
  InPlaceObserver(const Clock& clock, TimerQueue& timers, RecordEvent record,
                  Store<Deployment>& deployments, Store<Pod>& pods, OwnerOf owner_of);
  ~InPlaceObserver();
  InPlaceObserver(const InPlaceObserver&) = delete;
  InPlaceObserver& operator=(const InPlaceObserver&) = delete;

  void Lead(bool leading) { leading_ = leading; }

  // A write of a sync succeeded, or was refused.
  void Decided(const Because& because);
  void Refused(const Because& because, const Error& error);

  InPlaceFigures Figures() const;

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
  // What was told of a Pod already.
  struct Told {
    int64_t revision = 0;
    std::set<std::string> reasons;
  };

  void PodChanged(const Change<Pod>& change);
  void Take(const Pod& pod, bool witnessed);
  void Look(const Pod& pod, const Deployment& owner);
  void LookAfterwards(const Pod& pod, const Deployment& owner);
  void LookLater(const Pod& pod, const Deployment& owner, Followed& followed,
                 std::optional<WallTime> at);
  void NoteUpdated(const Pod& pod, Followed& followed);
  void NoteFailure(const Pod& pod, const Deployment& owner, const in_place::PodState& state);
  void NoteDrift(const Pod& pod, const in_place::PodState& state);
  // Whether `reason` is to be told of this Pod, for the first time at this revision.
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
