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

// Until when a Pod may run another image than its spec has; nullopt if only an event can tell.
struct Until {
  std::optional<WallTime> time;
};

// Returns nullopt if no container of the Pod does. One that is not running will run the image of
// the spec.
std::optional<Until> MayRunAnother(const Pod& pod, const PodState& state, WallTime now) {
  if (pod.node_name.empty() || WasRestarted(pod, state)) return std::nullopt;
  const Completion completion = CompletionOf(pod, state, now);
  if (completion.complete) return std::nullopt;
  const bool runs = std::ranges::any_of(state.containers, [&](const ContainerPatch& patch) {
    const PodContainer* live = pod.Find(patch.name);
    return live != nullptr && live->state == ContainerState::kRunning;
  });
  if (!runs && HasSeenPatch(pod, state)) return std::nullopt;
  return Until{completion.look_again};
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
    if (!standing.of_host) return MixedReplicaSet{&rs, pod.meta.name};
    const PodState* state = pods->state(i);
    if (state == nullptr) continue;
    if (const auto until = MayRunAnother(pod, *state, situation.now)) {
      return MixedReplicaSet{&rs, pod.meta.name, until->time};
    }
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
