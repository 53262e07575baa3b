#include "controller/deployment/look_at.h"

#include <algorithm>
#include <iterator>

#include "controller/deployment/in_place_extended.h"
#include "controller/deployment/in_place_look.h"
#include "controller/deployment/new_replica_set.h"
#include "controller/deployment/refused_write.h"

namespace windlass::deployment {

Situation LookAt(const View& view, const Claims& claims, const Learned& learned, WallTime now) {
  Situation situation{.view = view, .workload = view.workload, .learned = learned, .now = now};
  situation.all = claims.ours;
  situation.newest = FindNewReplicaSet(situation.workload, claims.ours, learned);
  std::copy_if(claims.ours.begin(), claims.ours.end(), std::back_inserter(situation.old),
               [&](const ReplicaSet* rs) { return rs != situation.newest; });
  situation.limits = situation.workload.limits;
  situation.refused = RefusedWrite(situation.workload, learned);
  situation.in_place = LookAtInPlace(situation);
  situation.extended = ExtendedBy(situation.in_place, situation.limits.desired);
  return situation;
}

}  // namespace windlass::deployment
