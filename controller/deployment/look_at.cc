#include "controller/deployment/look_at.h"

#include <algorithm>
#include <iterator>

#include "controller/deployment/fenceposts.h"
#include "controller/deployment/in_place_look.h"
#include "controller/deployment/new_replica_set.h"
#include "controller/deployment/refused_write.h"

namespace windlass::deployment {

Situation LookAt(const View& view, const Claims& claims, const Learned& learned, WallTime now) {
  Situation situation{.view = view, .deployment = *view.deployment, .learned = learned, .now = now};
  situation.all = claims.ours;
  situation.newest = FindNewReplicaSet(situation.deployment, claims.ours, learned);
  std::copy_if(claims.ours.begin(), claims.ours.end(), std::back_inserter(situation.old),
               [&](const ReplicaSet* rs) { return rs != situation.newest; });
  const Result<Fenceposts> limits = ResolveFenceposts(situation.deployment.spec);
  situation.limits =
      limits.ok() ? *limits : Fenceposts{.desired = situation.deployment.spec.replicas};
  situation.refused = RefusedWrite(learned);
  situation.in_place = LookAtInPlace(situation);
  return situation;
}

}  // namespace windlass::deployment
