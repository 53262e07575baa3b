#include "controller/workload/planner/make_situation.h"

#include <algorithm>
#include <iterator>

#include "controller/workload/revisions/followed_revision.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/status/refused_write.h"

namespace windlass::workload {

Situation MakeSituation(const View& view, const Claims& claims, const Learned& learned,
                        WallTime now) {
  Situation situation{.view = view, .workload = view.workload, .learned = learned, .now = now};
  situation.all = claims.ours;
  const bool follows = situation.workload.follow_revision.has_value();
  situation.new_replica_set = follows ? FindFollowed(situation.workload, claims.ours)
                                      : FindNewReplicaSet(situation.workload, claims.ours, learned);
  std::copy_if(claims.ours.begin(), claims.ours.end(), std::back_inserter(situation.old),
               [&](const ReplicaSet* rs) { return rs != situation.new_replica_set; });
  situation.limits = situation.workload.limits;
  situation.wanted = FindWantedTemplate(situation.workload, FindWanted(situation));
  situation.refused = RefusedWrite(situation.workload, learned);
  if (follows) situation.limits.updated_max = kUnlimited;  // no limit holds Pods back (RO-031)
  situation.extension().Look(situation);
  if (HasNothingToFollow(situation)) {
    situation.extended.refused = NothingToFollow(situation);
  }
  return situation;
}

}  // namespace windlass::workload
