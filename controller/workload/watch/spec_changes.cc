#include "controller/workload/watch/spec_changes.h"

#include <chrono>
#include <string>

namespace windlass {
namespace {

bool SameSpec(const ReplicaSet* before, const ReplicaSet* now) {
  return before != nullptr && now != nullptr && before->meta.generation == now->meta.generation;
}

}  // namespace

SpecChanges::SpecChanges(const Clock& clock, WorkloadStore& workloads,
                         Store<ReplicaSet>& replica_sets)
    : clock_(clock), workloads_(workloads) {
  workloads_.OnChange([this](const WorkloadChange& change) { WorkloadChanged(change); });
  replica_sets.OnChange([this](const Change<ReplicaSet>& change) { ReplicaSetChanged(change); });
}

void SpecChanges::Begin() {
  begun_ = clock_.Now();
  last_.clear();
}

WallTime SpecChanges::LastOf(const Uid& workload) const {
  if (!begun_) return clock_.Wall();
  const auto changed = last_.find(workload);
  const MonotonicTime last = changed != last_.end() ? changed->second : *begun_;
  // Rounds down the time since the change. So the workload never seems to have waited longer since
  // the change than it has.
  return clock_.Wall() + -std::chrono::duration_cast<seconds>(clock_.Now() - last);
}

// While the workload is faulty (WorkloadChange::is_faulty), its versions are not known. If its
// generation after the fault differs from the one before, the spec counts as changed when the fault
// is over.
void SpecChanges::WorkloadChanged(const WorkloadChange& change) {
  if (change.is_faulty) {
    before_fault_.try_emplace(change.before->uid, change.before->generation);
    return;
  }
  if (change.now == nullptr) {
    before_fault_.erase(change.before->uid);
    last_.erase(change.before->uid);
    return;
  }
  const ObjectMeta& now = change.now->meta;
  const auto known = before_fault_.extract(now.uid);
  const bool edited_in_fault = !known.empty() && known.mapped() != now.generation;
  if (!begun_ || (change.edited_from == nullptr && !edited_in_fault)) return;
  last_.insert_or_assign(now.uid, clock_.Now());
}

void SpecChanges::ReplicaSetChanged(const Change<ReplicaSet>& change) {
  if (!begun_ || SameSpec(change.old_object, change.new_object)) return;
  const ReplicaSet& rs = *(change.new_object != nullptr ? change.new_object : change.old_object);
  const OwnerReference* owner = rs.meta.ControllerRef();
  if (owner == nullptr || !(owner->kind == workloads_.resource().kind)) return;
  const ObjectMeta* workload =
      workloads_.FindMeta({rs.meta.namespace_, std::string(owner->name.text())});
  // A ReplicaSet may outlive its workload. A workload that is gone must not get an entry, because
  // nothing would remove the entry.
  if (workload == nullptr || workload->uid != owner->uid) return;
  last_.insert_or_assign(owner->uid, clock_.Now());
}

}  // namespace windlass
