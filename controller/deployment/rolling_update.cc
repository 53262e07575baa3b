#include "controller/deployment/rolling_update.h"

#include "controller/deployment/create.h"
#include "controller/deployment/rolling.h"
#include "controller/deployment/room.h"
#include "controller/deployment/scale.h"
#include "controller/deployment/scaled_down.h"

namespace windlass::deployment {

std::optional<Step> NextRollingUpdate(const Situation& situation) {
  if (situation.newest == nullptr) return CreateNewReplicaSet(situation);

  const ReplicaSetSize newest = SizeOf(*situation.newest);
  const int32_t wanted = NewReplicaSetSize(newest, TotalReplicas(situation.all), situation.limits);
  const Growth growth = GrowthOf(situation, situation.newest, wanted);
  if (auto step = UpdateNewReplicaSet(situation, growth.size)) return step;

  std::vector<ReplicaSetSize> old;
  old.reserve(situation.old.size());
  for (const ReplicaSet* rs : situation.old) old.push_back(SizeOf(*rs));
  const std::vector<int32_t> sizes = OldReplicaSetSizes(old, newest, LimitsForOld(situation));
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == old[i].replicas) continue;
    return Resize(situation, *situation.old[i], sizes[i], "scale down old replicaset");
  }
  return growth.ask;
}

}  // namespace windlass::deployment
