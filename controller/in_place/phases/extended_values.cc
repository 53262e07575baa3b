#include "controller/in_place/phases/extended_values.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/in_place/phases/exchange.h"
#include "controller/in_place/phases/mixed_pods.h"
#include "controller/in_place/phases/patch_pods.h"
#include "controller/in_place/pod/failure.h"
#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "controller/workload/status/complete.h"

namespace windlass::in_place {
namespace {

// Returns one Standstill for each Pod that is drained and lacks the target template (P-066).
std::vector<Standstill> DrainsOf(const InPlace& in_place) {
  std::vector<Standstill> drains;
  for (const RolloutPod& pod : in_place.pods->all) {
    const PodState* state = pod.state();
    if (state == nullptr || !state->drain || pod.standing.updated) continue;
    const WallTime since = state->drain->since;
    drains.push_back({since, since + seconds(in_place.options().drain_seconds)});
  }
  return drains;
}

// Returns true if Pods only go out of traffic and come back. A Pod that becomes available is then
// no sign of progress, because the status does not show whether it was patched or only came back
// (P-036, P-066). One of these is enough:
//   - Pods are drained before their patches, and the API server has refused kRefusedTriesMax
//     patches in a row. Each further try then only drains a Pod and returns it to traffic.
//   - another client has put at least one drained Pod back into traffic (PodStanding::looks_ready)
bool OnlyLetsPodsBack(const InPlace& in_place) {
  if (!in_place.pods) return false;
  if (in_place.pods->counts.looks_ready > 0) return true;
  return in_place.options().drain.mode != Drain::Mode::kNone && in_place.pods->refused &&
         in_place.pods->refused->noted.tries >= kRefusedTriesMax;
}

// Returns true if a ReplicaSet that is created now must have no Pods (P-014, P-020). In an in-place
// rollout the host keeps the Pods. In the phases refused and unknown nothing may be rolled out.
bool NewOneIsEmpty(InPlacePhase phase) {
  return phase == InPlacePhase::kDeciding || phase == InPlacePhase::kRefused ||
         phase == InPlacePhase::kUnknown;
}

// Returns true if a Pod was patched to the template of `rs`. Also returns true if this cannot be
// excluded: Pods cannot be seen, or the state annotation of a Pod cannot be read. Reads the
// annotations itself, because InPlace::pods is empty in a rollout that replaces Pods.
bool AnyPodNames(const workload::Situation& situation, const ReplicaSet& rs) {
  if (!situation.view.in_place_known) return true;
  return std::ranges::any_of(situation.view.whole_pods, [&](const Pod* pod) {
    const auto state = PodStateOf(*pod);
    return state && (!state->ok() || (*state)->target == rs.template_fingerprint);
  });
}

// Returns true if a Pod has the template of `rs`, or may have it:
//   - a Pod was patched to that template
//   - `rs` has a stash, so its exchange is not over
//   - the Pods cannot be seen, or the state of one cannot be read (AnyPodNames)
bool MayBeOfPods(const workload::Situation& situation, const InPlace& in_place,
                 const ReplicaSet* rs) {
  if (HasStash(*rs)) return true;
  if (!in_place.pods) return AnyPodNames(situation, *rs);
  const Fingerprint& its = rs->template_fingerprint;
  return std::ranges::any_of(in_place.pods->all, [&](const RolloutPod& pod) {
    return pod.of == its || (pod.our_state && pod.our_state->target == its);
  });
}

// Returns the ReplicaSets that must be kept because an in-place rollout is not over. The first case
// that applies counts:
//   - the workload is paused: all ReplicaSets with notes
//   - the workload is complete, and the phase is not staged, committing or unknown: none
//   - otherwise: each ReplicaSet with notes whose template a Pod may have (MayBeOfPods, P-080). If
//     a template was given up before any Pod got it, its ReplicaSet is not kept (RO-125)
std::vector<const ReplicaSet*> KeptMidway(const workload::Situation& situation,
                                          const InPlace& in_place) {
  std::vector<const ReplicaSet*> kept;
  const Workload& workload = situation.workload;
  const bool complete = workload::DeploymentComplete(workload, workload.status);
  const InPlacePhase phase = in_place.phase();
  const bool goes_on = phase == InPlacePhase::kStaged || phase == InPlacePhase::kCommitting ||
                       phase == InPlacePhase::kUnknown;
  if (!workload.paused && complete && !goes_on) return kept;
  std::ranges::copy_if(situation.all, std::back_inserter(kept), [&](const ReplicaSet* rs) {
    return HasNotes(*rs) && (workload.paused || MayBeOfPods(situation, in_place, rs));
  });
  return kept;
}

Activity ActivityIn(InPlacePhase phase) {
  switch (phase) {
    case InPlacePhase::kUnknown: return Activity::kUnseen;
    case InPlacePhase::kDeciding:
    case InPlacePhase::kStaged: return Activity::kUpdating;
    case InPlacePhase::kCommitting: return Activity::kCommitting;
    case InPlacePhase::kNone:
    case InPlacePhase::kReturning:
    case InPlacePhase::kReplace:
    case InPlacePhase::kRefused: return Activity::kNone;
  }
  return Activity::kNone;
}

// Returns how many Pods of the host have the wanted template and are available. Returns 0 while the
// update gives Pods another template than the wanted one:
//   - Pods first go back to the template of the host
//   - an exchange brings a template that is not wanted any more
int32_t ProvenOfWanted(const workload::Situation& situation, const InPlace& in_place) {
  const bool other =
      GoesBackFirst(situation, in_place) ||
      (in_place.stash() && in_place.stash()->fingerprint != situation.wanted.fingerprint);
  return other ? 0 : in_place.pods->counts.proven;
}

// Returns which Pod has not got its image because a webhook put back the old one; "" if there is no
// such Pod. Example: "a webhook put back the old image of container app of pod web-1
// (ImagePutBack)".
std::string PutBackText(const InPlace& in_place) {
  for (const RolloutPod& one : in_place.pods->all) {
    const PodState* state = one.state();
    if (!one.standing.put_back || state == nullptr) continue;
    for (const ContainerPatch& patch : state->containers) {
      if (!IsPutBack(*one.pod, *state, patch)) continue;
      return TextOf({patch.name, std::string(kImagePutBack)}, "pod " + one.pod->meta.name,
                    seconds(0));
    }
  }
  return {};
}

// Returns true if an update has reached its limit (a step, a pause or a partition), the updated
// Pods are available, and no Pod is in flight or a stand-in.
bool RestsAtLimit(const InPlace& in_place) {
  const PodCounts& counts = in_place.pods->counts;
  return in_place.phase() == InPlacePhase::kStaged && in_place.pods->at_rest &&
         counts.in_flight == 0 && counts.stand_ins == 0 && counts.proven == counts.updated;
}

}  // namespace

Extended ExtendedBy(const workload::Situation& situation, const InPlace& in_place) {
  Extended extended{.activity = ActivityIn(in_place.phase()),
                    .counting_condition = kInPlaceCondition,
                    .at_rest = in_place.pods && in_place.pods->at_rest,
                    .of_one_replica_set = in_place.options().policy == Policy::kOnly,
                    .new_one_is_empty = NewOneIsEmpty(in_place.phase()),
                    .mixed = FindMixed(situation, in_place),
                    .kept = KeptMidway(situation, in_place),
                    .ready_is_no_progress = OnlyLetsPodsBack(in_place),
                    .refused_write = RefusedTraffic(situation.learned)};
  if (in_place.phase() == InPlacePhase::kRefused) {
    extended.refused = {.reason = workload::kInPlaceNotPossible,
                        .message = RefusedText(in_place.why(), situation.workload.kind)};
  }
  if (!in_place.counts_pods()) return extended;
  const PodCounts& counts = in_place.pods->counts;
  const bool goes_back = GoesBackFirst(situation, in_place);
  extended.counted = {
      .pods = counts.pods,
      // `counts.updated` includes Pods whose old image is back, so that the rollout waits for them.
      // Users must not read that these Pods are updated, so they are subtracted.
      .updated = goes_back ? 0 : counts.updated - counts.put_back,
      .ready = counts.ready + counts.looks_ready,
      .available = counts.available + counts.serving,
      // As upstream: strategy Recreate removes Pods, but that does not lower the number of Pods
      // that must be available.
      .min_available = int64_t{situation.limits.desired} -
                       (situation.recreate() ? 0 : in_place.options().max_unavailable),
      .patched = goes_back ? 0 : counts.patched,
      .proven = ProvenOfWanted(situation, in_place),
      .rests_at_limit = RestsAtLimit(in_place)};
  extended.standstills = DrainsOf(in_place);
  extended.put_back = PutBackText(in_place);
  return extended;
}

}  // namespace windlass::in_place
