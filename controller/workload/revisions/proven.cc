#include "controller/workload/revisions/proven.h"

#include <algorithm>

#include "controller/workload/replica_set_size.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::workload {
namespace {

// What the note kScaledToZero holds.
struct ScaledToZero {
  int64_t generation = 0;  // of the workload, when it was scaled to 0
  int32_t available = 0;
};

// Returns what the note kScaledToZero of `rs` holds; nullopt if `rs` has no such note about this
// workload, or if the note cannot be parsed.
std::optional<ScaledToZero> ReadNote(const Workload& workload, const ReplicaSet& rs) {
  std::string_view text = rs.meta.annotations.Find(kScaledToZero).value_or(std::string_view());
  const std::string own = workload.meta.uid.ToString() + "/";
  if (!text.starts_with(own)) return std::nullopt;
  text.remove_prefix(own.size());
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto generation = ParseWhole<int64_t>(text.substr(0, slash));
  const auto available = ParseWhole<int32_t>(text.substr(slash + 1));
  if (!generation || !available) return std::nullopt;
  return ScaledToZero{.generation = *generation, .available = *available};
}

// Returns true if a ReplicaSet of `old` other than `rs` has Pods.
bool OthersHavePods(const std::vector<const ReplicaSet*>& old, const ReplicaSet* rs) {
  return std::ranges::any_of(
      old, [&](const ReplicaSet* other) { return other != rs && other->replicas > 0; });
}

// Returns the oldest of several old ReplicaSets with Pods, because the Pods of the younger ones are
// canaries. Returns null if fewer than two old ReplicaSets have Pods, or if the kind keeps no
// stable revision.
const ReplicaSet* FindOldestOfSeveral(const Situation& situation) {
  if (!situation.workload.kind.traits().keeps_stable_revision) return nullptr;
  const auto has_pods = [](const ReplicaSet* rs) { return rs->replicas > 0; };
  if (std::ranges::count_if(situation.old, has_pods) < 2) return nullptr;
  return *std::ranges::find_if(situation.old, has_pods);
}

// Returns the only old ReplicaSet with Pods. Returns null
//   - if none or several have Pods, or if the kind keeps no stable revision
//   - if the status names another ReplicaSet, or none, as that of the kept revision
//     (Workload::kept_name). Without a kept revision, the name does not matter
const ReplicaSet* FindOnlyOld(const Situation& situation) {
  const Workload& workload = situation.workload;
  if (!workload.kind.traits().keeps_stable_revision) return nullptr;
  const auto has_pods = [](const ReplicaSet* rs) { return rs->replicas > 0; };
  const auto only = std::ranges::find_if(situation.old, has_pods);
  if (only == situation.old.end() || OthersHavePods(situation.old, *only)) return nullptr;
  const bool is_other = workload.kept_revision && (*only)->meta.name != workload.kept_name;
  return is_other ? nullptr : *only;
}

// Returns the keeper (FindKeeper). `beside_new`: there is a new ReplicaSet, or it is about to be
// made. Only then may the keeper be the result of FindOnlyOld.
const ReplicaSet* KeeperOf(const Situation& situation, bool beside_new) {
  const Fenceposts& limits = situation.limits;
  const bool stands = limits.holds_back() && situation.new_replica_set == nullptr;
  if ((limits.kept_old() == 0 && !stands) || situation.recreate()) return nullptr;
  const ReplicaSet* keeper = FindProvenOther(situation);
  if (keeper == nullptr && stands) keeper = FindOldestOfSeveral(situation);
  if (keeper == nullptr && beside_new) keeper = FindOnlyOld(situation);
  const bool gets_none = situation.extended.of_one_replica_set && keeper != nullptr &&
                         keeper->replicas == 0 && TotalReplicas(situation.all) > 0;
  return gets_none ? nullptr : keeper;
}

}  // namespace

bool IsProven(const Situation& situation, const ReplicaSet& rs) {
  if (CompleteAs(rs)) return true;
  return &rs == FindStable(situation.workload, situation.all);
}

const ReplicaSet* FindLastComplete(const std::vector<const ReplicaSet*>& replica_sets) {
  const ReplicaSet* last = nullptr;
  for (const ReplicaSet* rs : replica_sets) {
    if (!CompleteAs(*rs)) continue;
    if (last == nullptr || *CompleteAs(*rs) > *CompleteAs(*last)) last = rs;
  }
  return last;
}

void NoteScaledToZero(const Situation& situation, const ReplicaSet& rs,
                      std::map<std::string, std::string>& annotations) {
  if (situation.limits.desired > 0) return;
  const ObjectMeta& meta = situation.workload.meta;
  // The note holds how many Pods of `rs` were available before the scaling to 0. If none is
  // available now, the number of an earlier note stays. Example: 3 Pods served, the workload was
  // scaled to 0, up for a moment and to 0 again: the number stays 3.
  const std::optional<ScaledToZero> before = ReadNote(situation.workload, rs);
  int32_t available = SizeOf(rs).available;
  if (available == 0 && before) available = before->available;
  annotations[std::string(kScaledToZero)] =
      meta.uid.ToString() + "/" + std::to_string(meta.generation) + "/" + std::to_string(available);
}

bool WasScaledToZero(const Workload& workload, const ReplicaSet& rs) {
  return ReadNote(workload, rs).has_value();
}

const ReplicaSet* FindServedLast(const Situation& situation,
                                 const std::vector<const ReplicaSet*>& among) {
  const ReplicaSet* latest = LatestOf(situation.all);
  const bool woke = latest != nullptr && DesiredReplicas(*latest).value_or(0) > 0;
  if (woke && situation.recreate() && TotalReplicas(situation.all) == 0) return nullptr;
  int64_t last = 0;
  for (const ReplicaSet* rs : situation.all) {
    const auto note = ReadNote(situation.workload, *rs);
    if (note) last = std::max(last, note->generation);
  }
  const ReplicaSet* stable = FindStable(situation.workload, among);
  const ReplicaSet* found = nullptr;
  int32_t most = 0;
  for (const ReplicaSet* rs : among) {
    const auto note = ReadNote(situation.workload, *rs);
    if (!note || note->generation != last || note->available <= 0) continue;
    if (rs == stable) return rs;
    if (found != nullptr && found == situation.new_replica_set) continue;
    if (rs == situation.new_replica_set || note->available >= most) {
      most = note->available;
      found = rs;
    }
  }
  return found;
}

const ReplicaSet* FindProvenOther(const Situation& situation) {
  const ReplicaSet* other = nullptr;
  if (situation.workload.kept_revision) {
    other = FindStable(situation.workload, situation.all);
  } else {
    other = FindServedLast(situation, situation.old);
    if (OthersHavePods(situation.old, other)) return nullptr;
  }
  return other == situation.new_replica_set ? nullptr : other;
}

const ReplicaSet* FindStableOrLargest(const Situation& situation) {
  const ReplicaSet* stable = FindStable(situation.workload, situation.all);
  if (stable != nullptr || FindOldestOfSeveral(situation) == nullptr) return stable;
  const auto available = [](const ReplicaSet* rs) { return SizeOf(*rs).available; };
  const ReplicaSet* largest = *std::ranges::max_element(situation.old, {}, available);
  const ReplicaSet* wanted = situation.new_replica_set;
  const bool goes_back =
      wanted != nullptr && wanted->meta.creation_timestamp < largest->meta.creation_timestamp;
  return goes_back || available(largest) == 0 ? nullptr : largest;
}

const ReplicaSet* FindKeeper(const Situation& situation) {
  return KeeperOf(situation, situation.new_replica_set != nullptr);
}

std::optional<size_t> PositionOfKeeper(const Situation& situation,
                                       const std::vector<const ReplicaSet*>& replica_sets) {
  const auto found = std::ranges::find(replica_sets, KeeperOf(situation, true));
  if (found == replica_sets.end()) return std::nullopt;
  return static_cast<size_t>(found - replica_sets.begin());
}

}  // namespace windlass::workload
