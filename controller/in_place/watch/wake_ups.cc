#include "controller/in_place/watch/wake_ups.h"

#include <optional>
#include <string>

#include "controller/workload/watch/wake_ups.h"

namespace windlass {
namespace {

// The key of the index by node. With the index, a change of one Node needs no look at every Pod.
std::optional<Symbol> NodeOf(const Pod& pod) {
  return pod.node_name.empty() ? std::nullopt : std::optional(pod.node_name);
}

}  // namespace

InPlaceWakeUps::InPlaceWakeUps(InPlaceCache& in_place, WorkloadCache& cache, ControllerHost& host)
    : in_place_(in_place),
      cache_(cache),
      host_(host),
      by_node_(in_place.pods().store().AddIndex(&NodeOf)) {
  in_place_.pods().store().OnChange([this](const Change<Pod>& change) { PodChanged(change); });
  in_place_.nodes().store().OnChange([this](const Change<Node>& change) { NodeChanged(change); });
  in_place_.budgets().store().OnChange(
      [this](const Change<PodDisruptionBudget>& change) { BudgetChanged(change); });
  in_place_.on_news = [this] {
    cache_.workloads().ForEach([this](const Workload& workload) {
      if (!cache_.ConcernsExtension(workload.meta.uid)) return;
      host_.Wake(KeyOf(workload.meta), Wake::kObjectChange);
    });
  };
}

void InPlaceWakeUps::PodChanged(const Change<Pod>& change) {
  const Pod* before = change.old_object;
  const Pod* now = change.new_object;
  // If the Pod kept its owner, the old version of the Pod leads to no other workload.
  if (before != nullptr && now != nullptr &&
      before->meta.owner_references == now->meta.owner_references) {
    before = nullptr;
  }
  std::optional<Uid> woken;
  for (const Pod* pod : {before, now}) {
    if (pod == nullptr) continue;
    const ObjectMeta* owner = cache_.OwnerOfPod(pod->meta);
    if (owner == nullptr || owner->uid == woken || !cache_.ConcernsExtension(owner->uid)) continue;
    const ObjectKey key = KeyOf(*owner);
    host_.Wake(key, StatusWake(cache_.workloads(), key));
    woken = owner->uid;
  }
}

// Returns the keys of those workloads that updates in place concern, and that have a Pod on `node`.
std::set<ObjectKey> InPlaceWakeUps::WithPodOn(std::string_view node) const {
  std::set<ObjectKey> keys;
  for (const Pod* pod : in_place_.pods().store().By(by_node_, node)) {
    const ObjectMeta* owner = cache_.OwnerOfPod(pod->meta);
    if (owner != nullptr && cache_.ConcernsExtension(owner->uid)) keys.insert(KeyOf(*owner));
  }
  return keys;
}

// A kubelet reports every few minutes, and most reports matter to no workload. Workloads are woken
// only in these cases:
//   - the Node appears or disappears
//   - the Node becomes ready or unready
//   - its kubelet is heard again, or is no longer heard
//   - the version of its kubelet changes
// The node's zone affects only the order of Pods, so a change of zone wakes no workload.
void InPlaceWakeUps::NodeChanged(const Change<Node>& change) {
  const Node* before = change.old_object;
  const Node* now = change.new_object;
  if (before != nullptr && now != nullptr && before->ready == now->ready &&
      before->heard == now->heard && before->kubelet_version == now->kubelet_version) {
    return;
  }
  const std::string& name = (now != nullptr ? now : before)->meta.name;
  for (const ObjectKey& key : WithPodOn(name)) {
    host_.Wake(key, StatusWake(cache_.workloads(), key));
  }
}

void InPlaceWakeUps::BudgetChanged(const Change<PodDisruptionBudget>& change) {
  const PodDisruptionBudget* budget = change.new_object;
  if (budget == nullptr) budget = change.old_object;
  cache_.workloads().ForEachIn(budget->meta.namespace_.text(), [&](const Workload& workload) {
    if (!cache_.ConcernsExtension(workload.meta.uid)) return;
    host_.Wake(KeyOf(workload.meta), StatusWake(workload));
  });
}

}  // namespace windlass
