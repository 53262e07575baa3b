#include "controller/in_place/phases/mixed_pods.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "controller/in_place/batch/rollout_pods.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "controller/in_place/template/metadata.h"
#include "controller/in_place/template/template_images.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/revisions/revisions.h"

namespace windlass::in_place {
namespace {

// A container that started this long after the end of KillTime surely runs the image of the patch.
constexpr seconds kSurelyNew{600};

// Returns true if a container of the Pod may still run another image than the Pod's spec has. That
// is possible if the container
//   - does not run: until the kubelet has seen the patch (HasSeenPatch), it may start with the old
//     image
//   - has run since before the patch: it still has its old image, whatever the clocks say
//   - started too soon after the patch to be sure (kSurelyNew)
bool MayRunAnother(const Pod& pod, const PodState& state, const Completion& completion,
                   WallTime now) {
  if (pod.node_name.empty() || completion.complete) return false;
  const auto begins = KubeletBegins(pod, state);
  const bool runs = std::ranges::any_of(state.containers, [&](const ContainerPatch& patch) {
    const PodContainer* live = pod.Find(patch.name);
    if (live == nullptr || live->state != ContainerState::kRunning) return false;
    const auto before = ImageBefore(patch, *live);
    if (before && *before != patch.to) return true;
    if (!begins || StartsInFuture(*live, now)) return true;
    return live->started_at < *begins + KillTime(pod, state) + kSurelyNew;
  });
  return runs || !HasSeenPatch(pod, state);
}

// Returns true if the Pod shows by itself that it was patched to another revision than that of
// `rs`:
//   - its label kRevisionLabel names a revision that `rs` neither has nor had
//   - and one of its containers has another image than the template of `rs`
// Needs neither the state annotation nor the other ReplicaSet: a user may have removed both.
bool HasMarkOfAnother(const Workload& workload, const ReplicaSet& rs, const Pod& pod) {
  const auto label = pod.meta.labels.Find(kRevisionLabel);
  const auto revision = label ? workload::ParseRevision(*label) : std::nullopt;
  if (!revision || *revision == workload::NumberOf(workload, rs)) return false;
  if (workload::HadRevision(rs, *revision) || rs.template_json == nullptr) return false;
  const auto images = ReadTemplateImages(rs.template_fingerprint, *rs.template_json);
  return images.ok() && !HasImagesOf(pod, *images);
}

// Returns true if our patch gave a Pod of `rs`, even a terminating one, another template than that
// of `rs`.
//   - if the Pod's state cannot be read: HasMarkOfAnother decides
//   - if the state is of another workload, or the Pod has got other images since: false
//   - otherwise: true if the state's target is a known template other than that of `rs`. An unknown
//     target may be an old fingerprint of the template of `rs`.
bool WasPatchedElsewhere(const workload::Situation& situation, const ReplicaSet& rs,
                         const Pod& pod) {
  const auto said = PodStateOf(pod);
  if (!said || !said->ok()) return HasMarkOfAnother(situation.workload, rs, pod);
  if ((*said)->deployment != situation.workload.meta.uid) return false;
  const Fingerprint& target = (*said)->target;
  if (target == rs.template_fingerprint || !AsksForWhatWePatched(pod, **said)) return false;
  return situation.wanted.Is(target) ||
         std::ranges::find(situation.all, target, &ReplicaSet::template_fingerprint) !=
             situation.all.end();
}

std::optional<MixedReplicaSet> FindOther(const workload::Situation& situation,
                                         const InPlace& in_place, const ReplicaSet& rs,
                                         bool under_way) {
  bool has_pods = false;
  for (const Pod* pod : situation.view.whole_pods) {
    if (!pod->meta.IsControlledBy(rs.meta.uid)) continue;
    has_pods = true;
    if (WasPatchedElsewhere(situation, rs, *pod)) return MixedReplicaSet{&rs, pod->meta.name};
  }
  if (!has_pods || rs.template_json == nullptr) return std::nullopt;
  const bool exchanging = in_place.phase() == InPlacePhase::kCommitting;
  const bool back = &rs == in_place.host() && GoesBackFirst(situation, in_place);
  const RolloutTemplates templates{.deployment = situation.workload.meta.uid,
                                   .host = rs,
                                   .all = situation.all,
                                   .target = rs.template_fingerprint,
                                   .target_json = *rs.template_json,
                                   .by_image = under_way,
                                   .revisions = RevisionsUnderWay(situation.all, rs, back),
                                   .late_births = exchanging};
  const auto pods =
      ClassifyPods(situation.view.whole_pods, templates, situation.view.nodes, situation.now);
  if (!pods.ok()) return std::nullopt;
  const bool keeps_none =
      in_place.pods && in_place.pods->not_kept && in_place.pods->not_kept->for_long;
  for (const RolloutPod& one : *pods) {
    if (one.standing.stand_in) continue;  // belongs to another ReplicaSet
    const Pod& pod = *one.pod;
    if (!one.standing.of_host) return MixedReplicaSet{&rs, pod.meta.name};
    const PodState* state = one.state();
    if (state == nullptr) continue;
    // A webhook removes the state of this Pod, so the state would never show that the Pod was
    // restarted. But enough time for a restart has passed (not_kept->for_long), so the Pod counts
    // as restarted.
    if (one.lost && keeps_none) continue;
    const Completion completion = CompletionOf(pod, *state, situation.now);
    if (MayRunAnother(pod, *state, completion, situation.now)) {
      return MixedReplicaSet{&rs, pod.meta.name, completion.look_again};
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
    if (rs->replicas >= situation.limits.desired) continue;
    const bool exchanging = in_place.phase() == InPlacePhase::kCommitting;
    const bool under_way = exchanging || IsUnderWay(situation.all, *rs);
    if (situation.view.in_place_known) {
      if (auto found = FindOther(situation, in_place, *rs, under_way))
        mixed.push_back(*std::move(found));
    } else if (under_way && will_be_seen) {
      mixed.push_back({rs, {}});
    }
  }
  return mixed;
}

}  // namespace windlass::in_place
