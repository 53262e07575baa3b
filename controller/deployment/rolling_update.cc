#include "controller/deployment/rolling_update.h"

#include <algorithm>
#include <vector>

#include "controller/deployment/create.h"
#include "controller/deployment/rolling.h"
#include "controller/deployment/room.h"
#include "controller/deployment/scale.h"
#include "controller/deployment/scaled_down.h"

namespace windlass::deployment {
namespace {

// Whether the new ReplicaSet, which has replicas, is to grow in one step a little later rather than
// now and then again: an old one is about to shrink and so to make more room, or the Pods of its
// last size are still to be made.
bool GrowsLater(const Situation& situation, const std::vector<ReplicaSetSize>& old,
                const std::vector<int32_t>& sizes) {
  const ReplicaSet& newest = *situation.newest;
  if (newest.replicas <= 0) return false;
  for (size_t i = 0; i < old.size(); ++i) {
    if (sizes[i] < old[i].replicas) return true;
  }
  const bool rolls = TotalReplicas(situation.all) > newest.replicas;
  return rolls && newest.status.replicas < newest.replicas && FailureOf(newest) == nullptr;
}

}  // namespace

std::optional<Step> NextRollingUpdate(const Situation& situation) {
  if (situation.newest == nullptr) return CreateNewReplicaSet(situation);

  const ReplicaSetSize newest = SizeOf(*situation.newest);
  const int32_t wanted = NewReplicaSetSize(newest, TotalReplicas(situation.all), situation.limits);
  const Growth growth = GrowthOf(situation, situation.newest, wanted);

  std::vector<ReplicaSetSize> old;
  old.reserve(situation.old.size());
  for (const ReplicaSet* rs : situation.old) old.push_back(SizeOf(*rs));
  const std::vector<int32_t> sizes = OldReplicaSetSizes(old, newest, LimitsForOld(situation));

  const bool later = GrowsLater(situation, old, sizes);
  const int32_t size = later ? std::min(growth.size, newest.replicas) : growth.size;
  if (auto step = UpdateNewReplicaSet(situation, size)) return step;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == old[i].replicas) continue;
    return Resize(situation, *situation.old[i], sizes[i], "scale down old replicaset");
  }
  return growth.ask;
}

}  // namespace windlass::deployment
