#include "controller/in_place/watch/wake_ups.h"

#include <optional>
#include <utility>

#include "controller/workload/watch/wake_ups.h"

namespace windlass {
namespace {

// A turn looks at the Pods of Nodes that have changed. After this many Pods, about 2 ms, it leaves
// the remaining Nodes to the next turn. A turn must be short, because no Lease is renewed during a
// turn.
constexpr size_t kPodsPerTurn = 10000;
constexpr Duration kNextTurn = milliseconds(1);

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

InPlaceWakeUps::~InPlaceWakeUps() { host_.informers().environment().timers.Cancel(look_); }

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

// Looks at the Nodes that have changed, and goes on in another turn if they have many Pods.
void InPlaceWakeUps::LookAtNodes() {
  look_ = 0;
  size_t pods = 0;
  while (!changed_nodes_.empty() && pods < kPodsPerTurn) {
    pods += WakeForNode(changed_nodes_.extract(changed_nodes_.begin()).value());
  }
  if (changed_nodes_.empty()) return;
  const InformerEnvironment& environment = host_.informers().environment();
  look_ = environment.timers.At(environment.clock.Now() + kNextTurn, [this] { LookAtNodes(); });
}

// Wakes those workloads that updates in place concern, and that have a Pod on `node`. Returns how
// many Pods the Node has.
size_t InPlaceWakeUps::WakeForNode(const std::string& node) {
  const auto& pods = in_place_.pods().store().By(by_node_, node);
  std::set<ObjectKey> keys;
  for (const Pod* pod : pods) {
    const ObjectMeta* owner = cache_.OwnerOfPod(pod->meta);
    if (owner != nullptr && cache_.ConcernsExtension(owner->uid)) keys.insert(KeyOf(*owner));
  }
  for (const ObjectKey& key : keys) host_.Wake(key, StatusWake(cache_.workloads(), key));
  return pods.size();
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
  changed_nodes_.insert((now != nullptr ? now : before)->meta.name);
  if (look_ != 0) return;
  const InformerEnvironment& environment = host_.informers().environment();
  look_ = environment.timers.At(environment.clock.Now(), [this] { LookAtNodes(); });
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
