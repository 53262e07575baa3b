#include "controller/workload/watch/overlaps.h"

#include <algorithm>
#include <tuple>

#include "controller/workload/status/overlap.h"
#include "kubeclient/api/selector.h"

namespace windlass {
namespace {

bool SameOwner(const ReplicaSet& a, const ReplicaSet& b) {
  const OwnerReference* one = a.meta.ControllerRef();
  const OwnerReference* other = b.meta.ControllerRef();
  if (one == nullptr || other == nullptr) return one == other;
  return one->uid == other->uid;
}

// Returns true if the change from `before` to `now` can neither begin nor end an overlap. This is
// true for most changes, because they change the status alone.
bool LooksTheSame(const ReplicaSet& before, const ReplicaSet& now) {
  return before.meta.labels == now.meta.labels && SameOwner(before, now) &&
         before.meta.deleting() == now.meta.deleting();
}

// Returns true if all ReplicaSets of `owner` were created after the workload's condition
// SelectorOverlap was last updated. The process that wrote the condition had then seen none of
// these ReplicaSets. Returns false if the workload does not have the condition.
bool IsNewerThanStored(const Workload& workload, const Store<ReplicaSet>& replica_sets,
                       const OwnerReference& owner) {
  const Condition* stored = FindCondition(workload.status.conditions, workload::kSelectorOverlap);
  if (stored == nullptr) return false;
  return std::ranges::all_of(replica_sets.OwnedBy(owner.uid), [&](const ReplicaSet* rs) {
    return rs->meta.creation_timestamp > stored->last_update_time;
  });
}

}  // namespace

Overlaps::Overlaps(const Clock& clock, WorkloadStore& workloads, Store<ReplicaSet>& replica_sets)
    : clock_(clock), workloads_(workloads), replica_sets_(replica_sets) {
  workloads_.OnChange([this](const WorkloadChange& change) { WorkloadChanged(change); });
  replica_sets_.OnChange([this](const Change<ReplicaSet>& change) { ReplicaSetChanged(change); });
}

void Overlaps::LookAtAll() {
  if (!counts_) return;
  complete_ = true;
  replica_sets_.ForEach([this](const ReplicaSet& rs) { Look(rs); });
  first_ = false;
}

std::vector<Overlap> Overlaps::Of(const ObjectMeta& workload) const {
  std::vector<Overlap> overlaps;
  const auto found = overlaps_.find(KeyOf(workload));
  if (found == overlaps_.end()) return overlaps;
  const WallTime now = clock_.Wall();
  for (auto& [uid, overlap] : found->second.others) {
    overlap.since = std::min(overlap.since, now);
    overlaps.push_back(overlap);
    if (!IsOwnKind(overlap.other)) continue;
    const auto back = overlaps_.find({workload.namespace_, std::string(overlap.other.name.text())});
    overlaps.back().is_mutual =
        back != overlaps_.end() && back->second.others.contains(workload.uid);
  }
  std::ranges::sort(overlaps, [](const Overlap& a, const Overlap& b) {
    return std::tie(a.other.kind, a.other.name, a.other.uid) <
           std::tie(b.other.kind, b.other.name, b.other.uid);
  });
  return overlaps;
}

// --- changes ---

void Overlaps::WorkloadChanged(const WorkloadChange& change) {
  if (!complete_) return;
  if (change.is_faulty) return Displace(*change.before);
  if (change.now == nullptr) return Remove(*change.before);
  if (change.before == nullptr) return Add(*change.now);
  const Workload* edited_from = change.edited_from;
  if (edited_from == nullptr || edited_from->selector == change.now->selector) return;
  Remove(*change.before);
  Add(*change.now);
}

void Overlaps::ReplicaSetChanged(const Change<ReplicaSet>& change) {
  if (!complete_) return;
  const ReplicaSet* before = change.old_object;
  const ReplicaSet* now = change.new_object;
  if (before != nullptr && now != nullptr && LooksTheSame(*before, *now)) return;
  if (before != nullptr) Look(*before);
  if (now != nullptr) return Look(*now);
  ForgetIfEmpty(before->meta.namespace_);
}

// If the workload is back after a fault (WorkloadChange::is_faulty), first drops its overlaps that
// have ended since the fault began. Then adds the workload to the index of its namespace, and finds
// its overlaps. Does not do so if the namespace has no entry in `selecting_`: no ReplicaSet of the
// namespace has a controller that is to be reported (Counts), so no workload has an overlap.
void Overlaps::Add(const Workload& workload) {
  JudgeKnown(KeyOf(workload.meta));
  const Symbol& namespace_ = workload.meta.namespace_;
  const auto selecting = selecting_.find(namespace_);
  if (selecting == selecting_.end()) return;
  Place(workload, selecting->second);
  JudgeAll(KeyOf(workload.meta), workload.selector);
  // Other workloads may select the ReplicaSets of this workload. Until now Judge found no such
  // overlap, because this workload seemed to be gone (IsGone).
  for (const ReplicaSet* rs : replica_sets_.OwnedBy(workload.meta.uid)) Look(*rs);
}

void Overlaps::Remove(const ObjectMeta& meta) {
  overlaps_.erase(KeyOf(meta));
  Displace(meta);
  std::vector<std::pair<ObjectKey, OwnerReference>> others;
  for (const auto& [other, known] : overlaps_) {
    const auto found = known.others.find(meta.uid);
    if (found != known.others.end()) others.emplace_back(other, found->second.other);
  }
  for (const auto& [other, owner] : others) Judge(other, owner);
}

void Overlaps::Displace(const ObjectMeta& meta) {
  const auto selecting = selecting_.find(meta.namespace_);
  if (selecting == selecting_.end()) return;
  Selecting& names = selecting->second;
  names.without_label.erase(meta.name);
  const auto placed = names.label_of.find(meta.name);
  if (placed == names.label_of.end()) return;
  const auto same_label = names.by_label.find(placed->second);
  same_label->second.erase(meta.name);
  if (same_label->second.empty()) names.by_label.erase(same_label);
  names.label_of.erase(placed);
}

// --- who selects what ---

void Overlaps::Look(const ReplicaSet& rs) {
  const OwnerReference* owner = rs.meta.ControllerRef();
  if (owner == nullptr || !counts_(*owner)) return;
  const Symbol& namespace_ = rs.meta.namespace_;
  const Selecting& selecting = SelectingIn(namespace_);
  for (const Label& label : rs.meta.labels) {
    const auto found = selecting.by_label.find(label);
    if (found == selecting.by_label.end()) continue;
    for (const std::string& name : found->second) Judge({namespace_, name}, *owner);
  }
  for (const std::string& name : selecting.without_label) Judge({namespace_, name}, *owner);
}

void Overlaps::JudgeKnown(const ObjectKey& key) {
  const auto known = overlaps_.find(key);
  if (known == overlaps_.end()) return;
  std::vector<OwnerReference> others;
  for (const auto& [uid, overlap] : known->second.others) others.push_back(overlap.other);
  for (const OwnerReference& other : others) Judge(key, other);
}

void Overlaps::JudgeAll(const ObjectKey& key, const LabelSelector& selector) {
  for (const ReplicaSet* rs : replica_sets_.InNamespace(key.namespace_.text())) {
    const OwnerReference* owner = rs->meta.ControllerRef();
    if (owner == nullptr || !counts_(*owner)) continue;
    if (Matches(selector, rs->meta.labels)) Judge(key, *owner);
  }
}

// Finds out whether the workload `key` selects any ReplicaSet of `owner`, and stores the result. If
// kOverlapsMax overlaps of the workload with other owners are stored already, only stores that
// there may be more (Known::cut).
void Overlaps::Judge(const ObjectKey& key, const OwnerReference& owner) {
  if (const auto known = overlaps_.find(key); known != overlaps_.end()) {
    const auto& others = known->second.others;
    if (others.size() >= kOverlapsMax && !others.contains(owner.uid)) {
      known->second.cut = true;
      return;
    }
  }
  const ObjectMeta* meta = workloads_.FindMeta(key);
  if (meta == nullptr || meta->uid == owner.uid) return;
  const std::optional<Workload> workload = workloads_.Find(key);
  if (!workload) return;
  const bool gone = IsGone(key.namespace_, owner);
  Note(*workload, owner, !gone && IsSelected(*workload, owner));
}

bool Overlaps::IsSelected(const Workload& workload, const OwnerReference& owner) const {
  if (workload.selector.SelectsEverything()) return false;
  const auto owned = replica_sets_.OwnedBy(owner.uid);
  return std::ranges::any_of(owned, [&](const ReplicaSet* rs) {
    return rs->meta.namespace_ == workload.meta.namespace_ && !rs->meta.deleting() &&
           Matches(workload.selector, rs->meta.labels);
  });
}

void Overlaps::Note(const Workload& workload, const OwnerReference& owner, bool overlaps) {
  const ObjectKey key = KeyOf(workload.meta);
  if (overlaps) {
    const bool at_start = first_ && !IsNewerThanStored(workload, replica_sets_, owner);
    const Overlap begun{.other = owner, .since = clock_.Wall(), .at_start = at_start};
    if (!overlaps_[key].others.try_emplace(owner.uid, begun).second) return;
  } else {
    const auto found = overlaps_.find(key);
    if (found == overlaps_.end() || found->second.others.erase(owner.uid) == 0) return;
    const bool cut = std::exchange(found->second.cut, false);
    if (found->second.others.empty()) overlaps_.erase(found);
    if (cut) JudgeAll(key, workload.selector);
  }
  if (on_change) on_change(key);
}

// --- finding workloads by a label ---

Overlaps::Selecting& Overlaps::SelectingIn(const Symbol& namespace_) {
  const auto [found, is_new] = selecting_.try_emplace(namespace_);
  if (is_new) {
    workloads_.ForEachIn(namespace_.text(),
                         [&](const Workload& workload) { Place(workload, found->second); });
  }
  return found->second;
}

void Overlaps::ForgetIfEmpty(const Symbol& namespace_) {
  const ReplicaSet* first = replica_sets_.After(ObjectKey{namespace_, ""});
  if (first == nullptr || !(first->meta.namespace_ == namespace_)) selecting_.erase(namespace_);
}

// Adds the workload to the index under one label of its selector: the label under which the fewest
// workloads are indexed so far. Example: hundreds of selectors have the label
// app.kubernetes.io/part-of=shop. Most of these workloads are indexed under another label of their
// selector, such as app=web.
void Overlaps::Place(const Workload& workload, Selecting& selecting) {
  const std::string& name = workload.meta.name;
  if (workload.selector.match_labels.empty()) {
    selecting.without_label.insert(name);
    return;
  }
  const auto size = [&](const Label& label) {
    const auto found = selecting.by_label.find(label);
    return found == selecting.by_label.end() ? 0 : found->second.size();
  };
  const Label& rarest = *std::ranges::min_element(workload.selector.match_labels, {}, size);
  selecting.by_label[rarest].insert(name);
  selecting.label_of[name] = rarest;
}

bool Overlaps::IsOwnKind(const OwnerReference& owner) const {
  const ResourceId& own = workloads_.resource();
  return owner.kind == own.kind &&
         owner.api_version.text().starts_with(std::string(own.group) + "/");
}

bool Overlaps::IsGone(const Symbol& namespace_, const OwnerReference& owner) const {
  if (!IsOwnKind(owner)) return false;
  const ObjectMeta* meta = workloads_.FindMeta({namespace_, std::string(owner.name.text())});
  return meta == nullptr || meta->uid != owner.uid;
}

}  // namespace windlass
