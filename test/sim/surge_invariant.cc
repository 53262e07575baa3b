#include "test/sim/surge_invariant.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "test/sim/owners.h"
#include "test/sim/rollout_limits.h"

namespace windlass::sim {
namespace {

constexpr const char* kReplicaSetController = "replicaset-controller";

}  // namespace

std::optional<std::string> SurgeInvariant::See(const Change& change) {
  if (IsOwnerKind(change.key.resource)) SeeOwner(change);
  if (change.key.resource == resources::kReplicaSets) SeeReplicaSet(change);
  if (change.key.resource == resources::kPods) return SeePod(change);
  return std::nullopt;
}

void SurgeInvariant::SeeOwner(const Change& change) {
  if (change.after == nullptr) return;
  std::vector<Limit>& limits = owners_[UidOf(*change.after)].limits;
  const int64_t most = LimitsOf(*change.after).max_total();
  if (limits.empty() || limits.back().most != most) limits.push_back({change.revision, most});
}

void SurgeInvariant::SeeReplicaSet(const Change& change) {
  if (change.after == nullptr) {
    const auto found = replica_sets_.find(UidOf(*change.before));
    if (found == replica_sets_.end()) return;
    owners_[found->second.owner].replica_sets.erase(found->first);
    replica_sets_.erase(found);
    return;
  }
  const Json& now = *change.after;
  ReplicaSetRecord& record = replica_sets_[UidOf(now)];
  record.name = NameOf(now);
  if (change.before == nullptr || ReplicasOf(now) > ReplicasOf(*change.before)) {
    // The writer has seen everything before its own write, unless `shown` says less.
    record.raises.push_back({change.revision, std::min(change.shown, change.revision - 1),
                             controllers_.contains(change.actor), change.late});
  }
  const std::string owner = ControllerUidOf(now);
  if (record.owner == owner) return;
  owners_[record.owner].replica_sets.erase(UidOf(now));
  owners_[owner].replica_sets.insert(UidOf(now));
  record.owner = owner;
  for (auto& [uid, pod] : record.pods) pod.others = change.revision;
}

std::optional<std::string> SurgeInvariant::SeePod(const Change& change) {
  if (change.after == nullptr) {
    RemovePod(*change.before);
    return std::nullopt;
  }
  const Json& pod = *change.after;
  const std::string owner = ControllerUidOf(pod);
  const bool moved = change.before != nullptr && ControllerUidOf(*change.before) != owner;
  if (moved) RemovePod(*change.before);
  const auto found = replica_sets_.find(owner);
  if (found == replica_sets_.end()) return std::nullopt;
  PodRecord& record = found->second.pods[UidOf(pod)];
  record.live = IsActivePod(pod);
  if (moved) record.others = change.revision;
  if (change.before == nullptr) return SeeNewPod(change, found->second);
  return std::nullopt;
}

std::optional<std::string> SurgeInvariant::SeeNewPod(const Change& change,
                                                     ReplicaSetRecord& replica_set) {
  PodRecord& record = replica_set.pods.at(UidOf(*change.after));
  // The ReplicaSet controller acts upon the version of the ReplicaSet that it has seen last.
  const Raise* decided = nullptr;
  for (const Raise& raise : replica_set.raises) {
    if (raise.revision <= change.shown) decided = &raise;
  }
  if (change.actor != kReplicaSetController || decided == nullptr) {
    record.others = change.revision;
    return std::nullopt;
  }
  if (!decided->ours) {
    record.others = decided->revision;
    return std::nullopt;
  }
  record.raised = decided->revision;
  if (!record.live) return std::nullopt;
  ++judged_;
  return Judge(owners_[replica_set.owner], *decided);
}

std::optional<std::string> SurgeInvariant::Judge(const OwnerRecord& owner,
                                                 const Raise& decided) const {
  if (owner.limits.empty()) return std::nullopt;
  int64_t most = owner.limits.front().most;
  for (const Limit& limit : owner.limits) {
    most = limit.revision <= decided.shown ? limit.most : std::max(most, limit.most);
  }
  const int64_t live = Live(owner, decided);
  if (live <= most) return std::nullopt;
  std::string text = "makes " + std::to_string(live) + " live Pods of at most " +
                     std::to_string(most) + ", as decided at revision " +
                     std::to_string(decided.revision) + ":";
  for (const std::string& uid : owner.replica_sets) {
    const ReplicaSetRecord& rs = replica_sets_.at(uid);
    const auto live_here =
        std::ranges::count_if(rs.pods, [](const auto& entry) { return entry.second.live; });
    if (live_here > 0) text += " " + rs.name + " " + std::to_string(live_here);
  }
  return text;
}

// Counts live Pods, except those that others caused, or that the sender could not know, after what
// it had seen.
int64_t SurgeInvariant::Live(const OwnerRecord& owner, const Raise& decided) const {
  int64_t live = 0;
  for (const std::string& uid : owner.replica_sets) {
    const ReplicaSetRecord& rs = replica_sets_.at(uid);
    for (const auto& [name, pod] : rs.pods) {
      const bool is_since = pod.raised > decided.shown && pod.raised != decided.revision;
      if (decided.late && is_since) continue;
      live += pod.live && pod.others <= decided.shown ? 1 : 0;
    }
  }
  return live;
}

void SurgeInvariant::RemovePod(const Json& pod) {
  const auto owner = replica_sets_.find(ControllerUidOf(pod));
  if (owner != replica_sets_.end()) owner->second.pods.erase(UidOf(pod));
}

}  // namespace windlass::sim
