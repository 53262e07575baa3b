#include "controller/in_place/watch/lost_settings.h"

#include "controller/in_place/phases/decisions.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/workload/requests/replica_set_requests.h"

namespace windlass {

void NoteLostSettings(Store<ReplicaSet>& replica_sets, const Workload& workload,
                      const Learned& learned, WallTime now) {
  if (learned.empty()) return;
  const Outcome& last = learned.back();
  if (last.decided != in_place::decisions::kMirrorAnnotations || !last.said.ok()) return;
  const ReplicaSet* rs = replica_sets.Find(last.asked.key);
  if (rs == nullptr) return;
  const in_place::TextChanges missing =
      in_place::MirrorDifference(workload.in_place_settings, rs->meta);
  // The settings are lost if the next write would be equal to the last one. Both writes name the
  // same version of the ReplicaSet: if a webhook removes all that a write sets, the API server
  // stores nothing, and the version stays the same.
  const bool lost =
      !missing.empty() && workload::PatchAnnotations(*rs, missing).Identity() == last.asked;
  if (!lost) return;
  replica_sets.Amend(last.asked.key, rs->meta.uid, [&](ReplicaSet& held) {
    held.lost_annotations = LostAnnotations{now, workload.meta.generation};
  });
}

}  // namespace windlass
