#include "controller/runtime/wake_ups.h"

#include <algorithm>
#include <utility>

#include "controller/in_place/phases/exchange.h"
#include "controller/in_place/template/options.h"
#include "kubeclient/api/selector.h"

namespace windlass {
namespace {

bool IsRecreate(const Deployment& deployment) {
  return deployment.spec.strategy_type == "Recreate";
}

// Returns true if old Pods are left or new ones are missing: the rollout waits for what its
// ReplicaSets report. If all Pods are new, only the Deployment's own status is left to write
//
bool IsRolling(const Deployment& deployment) {
  const DeploymentStatus& status = deployment.status;
  return status.observed_generation != deployment.meta.generation ||
         status.updated_replicas != deployment.spec.replicas ||
         status.replicas != status.updated_replicas;
}

// Returns how urgently a status change of an owned object wakes its Deployment.
Wake StatusWake(const Deployment& owner) {
  return IsRolling(owner) ? Wake::kRolloutStatus : Wake::kStatusChange;
}

// Returns true if only counters and conditions changed.
bool OnlyStatusChanged(const ReplicaSet& before, const ReplicaSet& after) {
  return before.meta.generation == after.meta.generation &&
         before.meta.labels == after.meta.labels &&
         before.meta.annotations == after.meta.annotations &&
         before.meta.owner_references == after.meta.owner_references &&
         before.meta.deletion_timestamp == after.meta.deletion_timestamp;
}

// Returns true if no Pod above the size of `now` is left any more: growth of another ReplicaSet may
// have waited for that.
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

WakeUps::WakeUps(ClusterCache& cache, ControllerHost& host, ForeignStatus foreign_status)
    : cache_(cache), host_(host), foreign_status_(std::move(foreign_status)) {
  cache_.deployments().store().OnChange(
      [this](const Change<Deployment>& change) { DeploymentChanged(change); });
  cache_.replica_sets().store().OnChange(
      [this](const Change<ReplicaSet>& change) { ReplicaSetChanged(change); });
  cache_.pods().store().OnChange([this](const Change<PodMetadata>& change) { PodChanged(change); });
  cache_.replica_sets().on_unreadable_gone.Add([this](const UnreadableObject& gone) {
    cache_.deployments().store().ForEach([&](const Deployment& deployment) {
      if (!ClusterCache::MayOwn(deployment, gone)) return;
      host_.Wake(KeyOf(deployment.meta), Wake::kObjectChange);
    });
  });
  InPlaceCache& in_place = cache_.in_place();
  in_place.pods().store().OnChange([this](const Change<Pod>& change) { WholePodChanged(change); });
  in_place.nodes().store().OnChange([this](const Change<Node>& change) { NodeChanged(change); });
  in_place.budgets().store().OnChange(
      [this](const Change<PodDisruptionBudget>& change) { BudgetChanged(change); });
  in_place.on_news = [this] {
    cache_.deployments().store().ForEach([this](const Deployment& deployment) {
      if (!cache_.ConcernsInPlace(deployment)) return;
      host_.Wake(KeyOf(deployment.meta), Wake::kObjectChange);
    });
  };
  cache_.pods().on_synced.Add([this] {
    cache_.deployments().store().ForEach([this](const Deployment& deployment) {
      if (IsRecreate(deployment)) host_.Wake(KeyOf(deployment.meta), Wake::kObjectChange);
    });
  });
}

void WakeUps::DeploymentChanged(const Change<Deployment>& change) {
  const Deployment* now = change.new_object;
  if (now == nullptr) {  // D-013: the sync finds no object and ends
    host_.Wake(KeyOf(change.old_object->meta), Wake::kObjectChange);
    return;
  }
  if (IsRecreate(*now)) cache_.WatchPods();
  if (in_place::Asks(now->meta)) cache_.WatchForInPlace();
  const bool ours = host_.IsFolding(KeyOf(now->meta));
  if (!ours && change.old_object != nullptr && !(change.old_object->status == now->status)) {
    foreign_status_(*now);
  }
  const bool edited =
      change.old_object == nullptr || change.old_object->meta.generation != now->meta.generation;
  host_.Wake(KeyOf(now->meta),
             edited ? Wake::kSpecChange : Wake::kStatusChange);  // D-011, D-012
}

bool WakeUps::WakeOwner(const ReplicaSet& rs, Wake wake) {
  const OwnerReference* reference = rs.meta.ControllerRef();
  if (reference == nullptr) return false;
  const Deployment* owner = cache_.ResolveOwner(rs.meta.namespace_, *reference);
  if (owner != nullptr) {
    host_.Wake(KeyOf(owner->meta), wake == Wake::kStatusChange ? StatusWake(*owner) : wake);
  }
  return true;
}

void WakeUps::WakeMatching(const ReplicaSet& orphan) {
  if (orphan.meta.labels.empty()) return;  // D-020
  for (const Deployment* deployment :
       cache_.deployments().store().InNamespace(orphan.meta.namespace_)) {
    const LabelSelector& selector = deployment->spec.selector;
    if (!selector.SelectsEverything() && Matches(selector, orphan.meta.labels)) {
      host_.Wake(KeyOf(deployment->meta), Wake::kObjectChange);
    }
  }
}

void WakeUps::ReplicaSetChanged(const Change<ReplicaSet>& change) {
  const ReplicaSet* before = change.old_object;
  const ReplicaSet* now = change.new_object;
  if (now == nullptr) {  // D-018
    WakeOwner(*before, Wake::kObjectChange);
    return;
  }
  if (in_place::Remembers(*now)) cache_.WatchForInPlace();
  if (before == nullptr) {  // D-014…D-016
    if (!WakeOwner(*now, Wake::kObjectChange)) WakeMatching(*now);
    return;
  }
  const bool same_ref = SameControllerRef(*before, *now);
  if (!same_ref) WakeOwner(*before, Wake::kObjectChange);  // D-017 (a)
  const bool can_wait = OnlyStatusChanged(*before, *now) && !MakesRoom(*before, *now);
  const auto wake = can_wait ? Wake::kStatusChange : Wake::kObjectChange;
  if (WakeOwner(*now, wake)) return;                                                // D-017 (b)
  if (!same_ref || !(before->meta.labels == now->meta.labels)) WakeMatching(*now);  // (c)
}

const Deployment* WakeUps::OwnerOfPod(const ObjectMeta& pod) const {
  const OwnerReference* reference = pod.ControllerRef();
  if (reference == nullptr || !(reference->kind == resources::kReplicaSets.kind)) return nullptr;
  const ReplicaSet* rs = cache_.replica_sets().store().FindByUid(
      {pod.namespace_, std::string(reference->name.text())}, reference->uid);
  if (rs == nullptr) return nullptr;  // D-022
  const OwnerReference* owner = rs->meta.ControllerRef();
  return owner == nullptr ? nullptr : cache_.ResolveOwner(rs->meta.namespace_, *owner);
}

void WakeUps::PodChanged(const Change<PodMetadata>& change) {
  if (change.new_object != nullptr) return;  // D-021: only deletes matter
  const Deployment* deployment = OwnerOfPod(change.old_object->meta);
  if (deployment != nullptr && IsRecreate(*deployment)) {
    host_.Wake(KeyOf(deployment->meta), StatusWake(*deployment));  // D-023 as W-01
  }
}

// --- in-place updates, which follow each step of a Pod ---

void WakeUps::WholePodChanged(const Change<Pod>& change) {
  const Deployment* told = nullptr;
  for (const Pod* pod : {change.old_object, change.new_object}) {  // a Pod may change its owner
    const Deployment* deployment = pod == nullptr ? nullptr : OwnerOfPod(pod->meta);
    if (deployment == nullptr || deployment == told || !cache_.ConcernsInPlace(*deployment))
      continue;
    host_.Wake(KeyOf(deployment->meta), StatusWake(*deployment));
    told = deployment;
  }
}

bool WakeUps::HasPodOn(const Deployment& deployment, std::string_view node) const {
  for (const ReplicaSet* rs : cache_.replica_sets().store().OwnedBy(deployment.meta.uid)) {
    for (const Pod* pod : cache_.in_place().pods().store().OwnedBy(rs->meta.uid)) {
      if (pod->node_name == node) return true;
    }
  }
  return false;
}

// A kubelet reports every few minutes; only changes that may allow a patch of a Pod matter. The
// node's zone affects only the order of Pods, so a change of zone wakes no key.
void WakeUps::NodeChanged(const Change<Node>& change) {
  const Node* before = change.old_object;
  const Node* now = change.new_object;
  if (before != nullptr && now != nullptr && before->ready == now->ready &&
      before->kubelet_version == now->kubelet_version) {
    return;
  }
  const std::string& name = (now != nullptr ? now : before)->meta.name;
  cache_.deployments().store().ForEach([&](const Deployment& deployment) {
    if (!cache_.ConcernsInPlace(deployment) || !HasPodOn(deployment, name)) return;
    host_.Wake(KeyOf(deployment.meta), StatusWake(deployment));
  });
}

void WakeUps::BudgetChanged(const Change<PodDisruptionBudget>& change) {
  const PodDisruptionBudget* budget = change.new_object;
  if (budget == nullptr) budget = change.old_object;
  for (const Deployment* deployment :
       cache_.deployments().store().InNamespace(budget->meta.namespace_)) {
    if (cache_.ConcernsInPlace(*deployment))
      host_.Wake(KeyOf(deployment->meta), StatusWake(*deployment));
  }
}

}  // namespace windlass
