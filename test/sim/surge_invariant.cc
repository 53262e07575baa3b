#include "test/sim/surge_invariant.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "test/sim/rollout_limits.h"

namespace windlass::sim {
namespace {

constexpr const char* kReplicaSetController = "replicaset-controller";

int64_t Replicas(const Json& replica_set) { return IntAt(replica_set, {"spec", "replicas"}, 1); }

}  // namespace

std::optional<std::string> SurgeInvariant::See(const Change& change) {
  if (change.key.resource == resources::kDeployments) SeeDeployment(change);
  if (change.key.resource == resources::kReplicaSets) SeeReplicaSet(change);
  if (change.key.resource == resources::kPods) return SeePod(change);
  return std::nullopt;
}

void SurgeInvariant::SeeDeployment(const Change& change) {
  if (change.after == nullptr) return;
  std::vector<Limit>& limits = deployments_[UidOf(*change.after)].limits;
  const int64_t most = LimitsOf(*change.after).max_total();
  if (limits.empty() || limits.back().most != most) limits.push_back({change.revision, most});
}

void SurgeInvariant::SeeReplicaSet(const Change& change) {
  if (change.after == nullptr) {
    const auto found = replica_sets_.find(UidOf(*change.before));
    if (found == replica_sets_.end()) return;
    deployments_[found->second.deployment].replica_sets.erase(found->first);
    replica_sets_.erase(found);
    return;
  }
  const Json& now = *change.after;
  ReplicaSetRecord& record = replica_sets_[UidOf(now)];
  record.name = NameOf(now);
  if (change.before == nullptr || Replicas(now) > Replicas(*change.before)) {
    // The writer has seen everything before its own write, unless `shown` says less.
    record.raises.push_back({change.revision, std::min(change.shown, change.revision - 1),
                             controllers_.contains(change.actor)});
  }
  const std::string deployment = ControllerUidOf(now);
  if (record.deployment == deployment) return;
  deployments_[record.deployment].replica_sets.erase(UidOf(now));
  deployments_[deployment].replica_sets.insert(UidOf(now));
  record.deployment = deployment;
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
                                                     ReplicaSetRecord& owner) {
  PodRecord& record = owner.pods.at(UidOf(*change.after));
  // The ReplicaSet controller acts upon the version of the ReplicaSet that it has seen last.
  const Raise* decided = nullptr;
  for (const Raise& raise : owner.raises) {
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
  if (!record.live) return std::nullopt;
  ++judged_;
  return Judge(deployments_[owner.deployment], *decided);
}

std::optional<std::string> SurgeInvariant::Judge(const DeploymentRecord& deployment,
                                                 const Raise& decided) const {
  if (deployment.limits.empty()) return std::nullopt;
  int64_t most = deployment.limits.front().most;
  for (const Limit& limit : deployment.limits) {
    most = limit.revision <= decided.shown ? limit.most : std::max(most, limit.most);
  }
  const int64_t live = Live(deployment, decided.shown);
  if (live <= most) return std::nullopt;
  std::string text = "makes " + std::to_string(live) + " live Pods of at most " +
                     std::to_string(most) + ", as decided at revision " +
                     std::to_string(decided.revision) + ":";
  for (const std::string& uid : deployment.replica_sets) {
    const ReplicaSetRecord& rs = replica_sets_.at(uid);
    const auto live_here =
        std::ranges::count_if(rs.pods, [](const auto& entry) { return entry.second.live; });
    if (live_here > 0) text += " " + rs.name + " " + std::to_string(live_here);
  }
  return text;
}

// Counts live Pods, except those that others caused after `shown`.
int64_t SurgeInvariant::Live(const DeploymentRecord& deployment, uint64_t shown) const {
  int64_t live = 0;
  for (const std::string& uid : deployment.replica_sets) {
    for (const auto& [name, pod] : replica_sets_.at(uid).pods) {
      live += pod.live && pod.others <= shown ? 1 : 0;
    }
  }
  return live;
}

void SurgeInvariant::RemovePod(const Json& pod) {
  const auto owner = replica_sets_.find(ControllerUidOf(pod));
  if (owner != replica_sets_.end()) owner->second.pods.erase(UidOf(pod));
}

}  // namespace windlass::sim
