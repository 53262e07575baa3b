#include "controller/workload/watch/wake_ups.h"

#include <algorithm>

#include "kubeclient/api/selector.h"

namespace windlass {
namespace {

bool IsRecreate(const Workload& workload) { return workload.strategy == Strategy::kRecreate; }

// Returns true if the workload is in a rollout: old Pods are left, the number of new Pods is not
// spec.replicas, or the latest generation is not observed. The workload's next step may then depend
// on the statuses of its ReplicaSets. Otherwise a changed status of a ReplicaSet changes only the
// workload's status.
bool IsRolling(const Workload& workload) {
  const WorkloadStatus& status = workload.status;
  return status.observed_generation != workload.meta.generation ||
         status.updated_replicas != workload.replicas || status.replicas != status.updated_replicas;
}

// Returns true if only counters and conditions changed.
bool OnlyStatusChanged(const ReplicaSet& before, const ReplicaSet& after) {
  return before.meta.generation == after.meta.generation &&
         before.meta.labels == after.meta.labels &&
         before.meta.annotations == after.meta.annotations &&
         before.large_annotations == after.large_annotations &&
         before.meta.owner_references == after.meta.owner_references &&
         before.meta.deletion_timestamp == after.meta.deletion_timestamp;
}

// Returns true if the ReplicaSet may have had more Pods than spec.replicas before the change, but
// surely has no more than spec.replicas after it. Counts Pods that the status may not show yet, too
// (Told::largest). Another ReplicaSet may wait until the surplus Pods are gone.
bool MakesRoom(const ReplicaSet& before, const ReplicaSet& now) {
  const auto most = [](const ReplicaSet& rs) {
    return std::max(rs.status.replicas, rs.told.largest);
  };
  return most(before) > before.replicas && most(now) <= now.replicas;
}

bool SameControllerRef(const ReplicaSet& a, const ReplicaSet& b) {
  const OwnerReference* one = a.meta.ControllerRef();
  const OwnerReference* other = b.meta.ControllerRef();
  if (one == nullptr || other == nullptr) return one == other;
  return *one == *other;
}

}  // namespace

Wake StatusWake(const Workload& owner) {
  return IsRolling(owner) ? Wake::kAwaitedStatus : Wake::kStatusChange;
}

Wake StatusWake(const WorkloadStore& workloads, const ObjectKey& owner) {
  const std::optional<Workload> workload = workloads.Find(owner);
  return workload ? StatusWake(*workload) : Wake::kStatusChange;
}

WakeUps::WakeUps(WorkloadCache& cache, ControllerHost& host) : cache_(cache), host_(host) {
  cache_.workloads().OnChange([this](const WorkloadChange& change) { WorkloadChanged(change); });
  cache_.replica_sets().store().OnChange(
      [this](const Change<ReplicaSet>& change) { ReplicaSetChanged(change); });
  cache_.pods().store().OnChange([this](const Change<PodMetadata>& change) { PodChanged(change); });
  cache_.overlaps().on_change = [this](const ObjectKey& key) {
    host_.Wake(key, Wake::kStatusChange);
  };
  const auto wake_itself = [this](const UnreadableObject& workload) {
    host_.Wake(workload.identity.key, Wake::kObjectChange);
  };
  cache_.workloads().informer().on_unreadable().Add(wake_itself);
  cache_.workloads().informer().on_unreadable_gone().Add(wake_itself);
  const auto wake_owners = [this](const UnreadableObject& rs) {
    const std::string_view namespace_ = rs.identity.key.namespace_.text();
    cache_.workloads().ForEachIn(namespace_, [&](const Workload& workload) {
      if (!WorkloadCache::MayOwn(workload, rs)) return;
      host_.Wake(KeyOf(workload.meta), Wake::kObjectChange);
    });
  };
  cache_.replica_sets().on_unreadable.Add(wake_owners);
  cache_.replica_sets().on_unreadable_gone.Add(wake_owners);
  cache_.pods().on_synced.Add([this] {
    cache_.workloads().ForEach([this](const Workload& workload) {
      if (IsRecreate(workload)) host_.Wake(KeyOf(workload.meta), Wake::kObjectChange);
    });
  });
}

void WakeUps::WorkloadChanged(const WorkloadChange& change) {
  cache_.WatchFor(change);
  const Workload* now = change.now;
  if (now == nullptr) {  // the sync finds no object and ends (D-013)
    host_.Wake(KeyOf(*change.before), Wake::kObjectChange);
    return;
  }
  const bool edited = change.before == nullptr || change.before->generation != now->meta.generation;
  // Every change wakes the workload (D-011, D-012).
  host_.Wake(KeyOf(now->meta), edited ? Wake::kSpecChange : Wake::kStatusChange);
}

bool WakeUps::WakeOwner(const ReplicaSet& rs, Wake wake) {
  const OwnerReference* reference = rs.meta.ControllerRef();
  if (reference == nullptr) return false;
  if (const ObjectMeta* owner = cache_.ResolveOwner(rs.meta.namespace_, *reference)) {
    const ObjectKey key = KeyOf(*owner);
    host_.Wake(key, wake == Wake::kStatusChange ? StatusWake(cache_.workloads(), key) : wake);
  }
  return true;
}

void WakeUps::WakeMatching(const ReplicaSet& orphan) {
  // An orphan without labels wakes no workload, even if a selector such as "!app" matches (D-020).
  if (orphan.meta.labels.empty()) return;
  cache_.workloads().ForEachIn(orphan.meta.namespace_.text(), [&](const Workload& workload) {
    const LabelSelector& selector = workload.selector;
    if (!selector.SelectsEverything() && Matches(selector, orphan.meta.labels)) {
      host_.Wake(KeyOf(workload.meta), Wake::kObjectChange);
    }
  });
}

void WakeUps::ReplicaSetChanged(const Change<ReplicaSet>& change) {
  const ReplicaSet* before = change.old_object;
  const ReplicaSet* now = change.new_object;
  cache_.WatchFor(change);
  if (now == nullptr) {  // deleted: wakes its owner (D-018)
    WakeOwner(*before, Wake::kObjectChange);
    return;
  }
  if (before == nullptr) {  // new: wakes its owner, or all that match (D-014…D-016)
    if (!WakeOwner(*now, Wake::kObjectChange)) WakeMatching(*now);
    return;
  }
  const bool same_ref = SameControllerRef(*before, *now);
  if (!same_ref) WakeOwner(*before, Wake::kObjectChange);  // the former owner (D-017)
  const bool can_wait = OnlyStatusChanged(*before, *now) && !MakesRoom(*before, *now);
  const auto wake = can_wait ? Wake::kStatusChange : Wake::kObjectChange;
  if (WakeOwner(*now, wake)) return;  // the present owner
  if (!same_ref || !(before->meta.labels == now->meta.labels)) WakeMatching(*now);  // an orphan
}

void WakeUps::PodChanged(const Change<PodMetadata>& change) {
  if (change.new_object != nullptr) return;  // D-021: only deletes matter
  // Finds the owner in the cache, without a request to the API server (D-023, W-01).
  const ObjectMeta* owner = cache_.OwnerOfPod(change.old_object->meta);
  if (owner != nullptr && cache_.ReadsPods(owner->uid)) {
    const ObjectKey key = KeyOf(*owner);
    host_.Wake(key, StatusWake(cache_.workloads(), key));
  }
}

}  // namespace windlass
