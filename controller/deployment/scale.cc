#include "controller/deployment/scale.h"

#include <algorithm>

#include "controller/deployment/annotations.h"
#include "controller/deployment/new_replica_set.h"

namespace windlass::deployment {
namespace {

std::vector<const ReplicaSet*> Active(const std::vector<const ReplicaSet*>& replica_sets) {
  std::vector<const ReplicaSet*> active;
  std::copy_if(replica_sets.begin(), replica_sets.end(), std::back_inserter(active),
               [](const ReplicaSet* rs) { return rs->replicas > 0; });
  return active;
}

// Says another size than the Deployment has now. Annotations that cannot be read say nothing
// (D-352).
bool SaysOtherSize(const ReplicaSet& rs, int32_t replicas) {
  const std::optional<int32_t> desired = DesiredReplicas(rs);
  return desired && *desired != replicas;
}

bool IsSaturated(const Situation& situation) {
  const int32_t replicas = situation.deployment.spec.replicas;
  const ReplicaSet* rs = situation.newest;
  return rs != nullptr && DesiredReplicas(*rs) == replicas && rs->replicas == replicas &&
         rs->status.available_replicas == replicas;
}

// The new ReplicaSet takes whatever else it lacks along.
Write Sized(const Situation& situation, const ReplicaSet& rs, int32_t replicas,
            const std::string& decision) {
  if (&rs != situation.newest) return Resize(situation, rs, replicas, decision);
  return Resize(situation, rs, replicas, decision, MissingFromNewReplicaSet(situation));
}

}  // namespace

Scaling ScalingOf(const Situation& situation) {
  const int32_t replicas = situation.deployment.spec.replicas;
  const std::vector<const ReplicaSet*> active = Active(situation.all);
  const auto stale = std::count_if(active.begin(), active.end(), [&](const ReplicaSet* rs) {
    return SaysOtherSize(*rs, replicas);
  });
  if (stale == 0) return Scaling::kNone;
  if (active.size() == 1) return Scaling::kOneActive;
  if (IsSaturated(situation)) return Scaling::kSaturated;
  if (situation.recreate()) return Scaling::kRefresh;
  if (replicas == 0) return Scaling::kToZero;
  const bool half_done = std::any_of(active.begin(), active.end(), [&](const ReplicaSet* rs) {
    return DesiredReplicas(*rs) == replicas;
  });
  return half_done ? Scaling::kHalfDone : Scaling::kProportional;
}

std::optional<Step> HandleScaling(const Situation& situation) {
  const Scaling scaling = ScalingOf(situation);
  WL_ASSERT(scaling != Scaling::kProportional);
  if (scaling == Scaling::kNone) return std::nullopt;

  const int32_t replicas = situation.deployment.spec.replicas;
  for (const ReplicaSet* rs : Active(situation.all)) {
    switch (scaling) {
      case Scaling::kOneActive:
      case Scaling::kToZero: return Sized(situation, *rs, replicas, "scale replicaset");
      case Scaling::kSaturated:
        if (rs == situation.newest) break;
        return Sized(situation, *rs, 0, "scale down old replicaset");
      default:
        if (!SaysOtherSize(*rs, replicas)) break;
        return Sized(situation, *rs, rs->replicas, "refresh size annotations");
    }
  }
  return std::nullopt;
}

Write Resize(const Situation& situation, const ReplicaSet& rs, int32_t replicas,
             std::string decision, ReplicaSetChange change) {
  SetSizeAnnotations(situation.limits, change.annotations);
  if (replicas != rs.replicas) change.replicas = replicas;
  Write write{.request = PatchReplicaSet(rs, change),
              .because = {std::move(decision),
                          {{"replicaset", rs.meta.name},
                           {"from", rs.replicas},
                           {"to", replicas},
                           {"desired", situation.limits.desired},
                           {"total", TotalReplicas(situation.all)},
                           {"max_total", situation.limits.max_total()},
                           {"min_available", situation.limits.min_available()}}}};
  if (replicas != rs.replicas) {
    const std::string direction = replicas > rs.replicas ? "Scaled up" : "Scaled down";
    write.on_success.push_back({Event::Type::kNormal, "ScalingReplicaSet",
                                direction + " replica set " + rs.meta.name + " from " +
                                    std::to_string(rs.replicas) + " to " +
                                    std::to_string(replicas)});
  }
  return write;
}

std::optional<Step> UpdateNewReplicaSet(const Situation& situation, int32_t replicas) {
  const ReplicaSet& rs = *situation.newest;
  ReplicaSetChange change = MissingFromNewReplicaSet(situation);
  if (replicas != rs.replicas) {
    const char* decision =
        replicas > rs.replicas ? "scale up new replicaset" : "scale down new replicaset";
    return Resize(situation, rs, replicas, decision, std::move(change));
  }
  if (change.empty()) return std::nullopt;
  return Write{.request = PatchReplicaSet(rs, change),
               .because = {"annotate new replicaset",
                           {{"replicaset", rs.meta.name},
                            {"annotations", change.annotations.size()},
                            {"min_ready_seconds", situation.deployment.spec.min_ready_seconds}}}};
}

}  // namespace windlass::deployment
