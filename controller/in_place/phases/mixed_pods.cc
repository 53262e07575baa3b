#include "controller/in_place/phases/mixed_pods.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "controller/in_place/batch/rollout_pods.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/in_place/pod/completion.h"

namespace windlass::in_place {
namespace {

// Returns true if a container of the Pod may still run another image than its spec has. One that is
// not running, or has begun since the patch and is starting, will run the image of the spec.
bool MayRunAnother(const Pod& pod, const PodState& state, WallTime now) {
  if (pod.node_name.empty() || CompletionOf(pod, state, now).complete) return false;
  const bool runs = std::ranges::any_of(state.containers, [&](const ContainerPatch& patch) {
    const PodContainer* live = pod.Find(patch.name);
    if (live == nullptr || live->state != ContainerState::kRunning) return false;
    return live->started != ConditionStatus::kFalse || live->id.ToString() == patch.id;
  });
  return runs || !HasSeenPatch(pod, state);
}

std::optional<MixedReplicaSet> FindOther(const workload::Situation& situation, const ReplicaSet& rs,
                                         bool under_way) {
  const RolloutTemplates templates{.deployment = situation.workload.meta.uid,
                                   .host = rs,
                                   .all = situation.all,
                                   .target = rs.template_fingerprint,
                                   .target_json = *rs.template_json,
                                   .by_image = under_way};
  const auto pods =
      ClassifyPods(situation.view.whole_pods, templates, situation.view.nodes, situation.now);
  if (!pods.ok()) return std::nullopt;
  for (size_t i = 0; i < pods->size(); ++i) {
    const PodStanding& standing = pods->standings[i];
    if (standing.stand_in) continue;  // of another ReplicaSet
    const Pod& pod = *pods->pods[i];
    const PodState* state = pods->state(i);
    const bool restarts = state != nullptr && MayRunAnother(pod, *state, situation.now);
    if (!standing.of_host || restarts) return MixedReplicaSet{&rs, pod.meta.name};
  }
  return std::nullopt;
}

}  // namespace

std::vector<MixedReplicaSet> FindMixed(const workload::Situation& situation,
                                       const InPlace& in_place) {
  std::vector<MixedReplicaSet> mixed;
  if (!situation.recreate()) return mixed;
  const bool will_be_seen =
      in_place.options().policy != Policy::kDisabled && situation.view.in_place_missing.empty();
  for (const ReplicaSet* rs : situation.all) {
    if (rs->replicas <= 0) continue;
    const bool under_way =
        IsUnderWay(situation.all, *rs) || in_place.phase == InPlacePhase::kCommitting;
    if (situation.view.in_place_known && rs->template_json != nullptr) {
      if (auto found = FindOther(situation, *rs, under_way)) mixed.push_back(*std::move(found));
    } else if (under_way && will_be_seen) {
      mixed.push_back({rs, {}});
    }
  }
  return mixed;
}

}  // namespace windlass::in_place
