#include "controller/in_place/phases/leftovers.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "controller/in_place/phases/exchange.h"
#include "controller/in_place/phases/refused_patches.h"
#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/failure.h"
#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "controller/in_place/traffic/drain_steps.h"

namespace windlass::in_place {
namespace {

// How soon to retry if a Pod could not be returned to traffic. No event reports when a new try
// would succeed.
constexpr Duration kRefusedRetry = seconds(60);

// The longest wait for a Pod that restarts.
constexpr int32_t kRestartSecondsMax = 600;

std::optional<PodState> OurState(const workload::Situation& situation, const Pod& pod) {
  if (pod.meta.deleting()) return std::nullopt;
  auto said = PodStateOf(pod, situation.view.nodes);
  if (!said || !said->ok() || (*said)->deployment != situation.workload.meta.uid) {
    return std::nullopt;
  }
  return **std::move(said);
}

// Returns our state of a Pod if the state says that the Pod is drained; nullopt otherwise. Most
// Pods are not drained, so the text is searched for the member `drain` before it is parsed.
std::optional<PodState> DrainedState(const workload::Situation& situation, const Pod& pod) {
  const auto text = pod.meta.annotations.Find(kPodState);
  if (!text || text->find("\"drain\"") == std::string_view::npos) return std::nullopt;
  auto state = OurState(situation, pod);
  return state && state->drain ? std::move(state) : std::nullopt;
}

// Returns true if the patched containers were restarted after the kubelet could see the patch. The
// result stays true if a container crashes later: CompletionOf is then no longer complete, but the
// update is done.
bool WasRestarted(const Pod& pod, const PodState& state) {
  const auto begins = KubeletBegins(pod, state);
  if (!begins || !HasSeenPatch(pod, state)) return false;
  return std::ranges::all_of(state.containers, [&](const ContainerPatch& patch) {
    const PodContainer* live = pod.Find(patch.name);
    if (live == nullptr || live->kind == ContainerKind::kInit) return true;
    const bool runs = live->state == ContainerState::kRunning;
    const bool before = runs && live->started_at <= *begins;
    // While the kubelet was cut off, it may have restarted the container from the old image, before
    // it saw the patch.
    if (before && WasHeardAgain(pod, state)) return false;
    const std::string id = live->id.ToString();
    return live->restart_count > patch.restart_count && id != patch.id &&
           std::ranges::count(patch.seen, id, &SeenContainer::id) == 0;
  });
}

bool IsLookedAfter(const workload::Situation& situation, const Pod& pod) {
  return !pod.node_name.empty() && !IsOnLostNode(pod, situation.view.nodes);
}

// Returns the LeftPods of phase none or replace. Returns null in every other phase, because there
// the steps of the phase return Pods to traffic.
LeftPods* LeftPodsOf(InPlace& in_place) {
  if (auto* none = std::get_if<phases::None>(&in_place.now)) return &none->left;
  auto* replacing = std::get_if<phases::Replacing>(&in_place.now);
  return replacing == nullptr ? nullptr : &replacing->left;
}

// Sets `restarts` if the patch is restarting the Pod although its condition Ready is True. Leaves
// out a Pod that
//   - fails, or is being deleted
//   - has no node, or a lost one
//   - has images that another client set
void NoteRestart(const workload::Situation& situation, const Pod& pod, InPlace& in_place,
                 LeftPods& left) {
  if (!pod.ready.IsTrue() || !IsLookedAfter(situation, pod)) return;
  if (pod.meta.deleting()) return;
  // A patch by a former workload of the same name counts, too. So the state must name this Pod, but
  // not necessarily this workload.
  const auto said = PodStateOf(pod, situation.view.nodes);
  if (!said || !said->ok() || (*said)->pod != pod.meta.uid) return;
  const PodState* state = &**said;
  if (BasisOfPatch(pod, *state) == RevisionBasis::kForeign) return;
  const Completion completion = CompletionOf(pod, *state, situation.now);
  const seconds timeout = RestartTimeout(situation);
  if (completion.complete || FailureOf(pod, *state, timeout, situation.now)) return;
  left.restarts = true;
  const auto fails = FailureLookAgain(pod, *state, timeout, situation.now);
  in_place.look_again = Sooner(in_place.look_again, Sooner(completion.look_again, fails));
}

}  // namespace

seconds RestartTimeout(const workload::Situation& situation) {
  const auto deadline = situation.workload.progress_deadline_seconds;
  return seconds(std::min(deadline.value_or(kRestartSecondsMax), kRestartSecondsMax));
}

void FindLeftPods(const workload::Situation& situation, InPlace& in_place) {
  LeftPods* left = LeftPodsOf(in_place);
  if (left == nullptr || !situation.view.in_place_known) return;
  const bool noted = AnyHasNotes(situation.all);
  for (const Pod* pod : situation.view.whole_pods) {
    if (noted) NoteRestart(situation, *pod, in_place, *left);
    std::optional<PodState> state = DrainedState(situation, *pod);
    if (!state) continue;
    const Completion completion = CompletionOf(*pod, *state, situation.now);
    // In the phases none and replace, Windlass does not send a patch again that admission undid, so
    // there is nothing to wait for.
    const bool complete =
        completion.complete || BasisOfPatch(*pod, *state) == RevisionBasis::kPutBack;
    const DrainStep step =
        NextDrainStep(in_place.options(), *pod, &*state, /*chosen=*/false, complete, situation.now);
    if (!complete) in_place.look_again = Sooner(in_place.look_again, completion.look_again);
    if (step.what != DrainStep::Do::kEnd) continue;
    left->drained.push_back({pod, *std::move(state), WasUndrained(situation.learned, *pod)});
  }
  if (in_place.options().policy != Policy::kRelease) return;
  const std::optional<Unreleased> unreleased = FindUnreleased(situation);
  if (unreleased) in_place.look_again = Sooner(in_place.look_again, unreleased->look_again);
}

bool NothingIsLeft(const workload::Situation& situation) {
  if (!situation.view.in_place_known) return false;
  int64_t missing = 0;
  for (const ReplicaSet* rs : situation.all) missing += std::max(rs->replicas, 0);
  for (const Pod* pod : situation.view.whole_pods) {
    if (pod->meta.deleting()) continue;
    const bool closed = KeepGateOpen(*pod, situation.workload.meta.uid, situation.now).has_value();
    if (closed || DrainedState(situation, *pod)) return false;
    --missing;
  }
  return missing <= 0;
}

std::optional<Unreleased> FindUnreleased(const workload::Situation& situation) {
  for (const ReplicaSet* rs : situation.all) {
    if (HasNotes(*rs)) {
      return Unreleased{InPlaceReason::kPatching,
                        "replica set " + rs->meta.name +
                            " still has annotations of an unfinished update in place"};
    }
  }
  std::optional<Unreleased> in_flight;
  for (const Pod* pod : situation.view.whole_pods) {
    const auto state = OurState(situation, *pod);
    if (!state) continue;
    if (state->drain)
      return Unreleased{InPlaceReason::kDraining, "pod " + pod->meta.name + " is out of traffic"};
    const bool foreign = BasisOfPatch(*pod, *state) == RevisionBasis::kForeign;
    if (foreign || !IsLookedAfter(situation, *pod)) continue;
    if (WasRestarted(*pod, *state)) continue;
    const auto completion = CompletionOf(*pod, *state, situation.now);
    if (completion.complete) continue;
    if (!in_flight) {
      in_flight = Unreleased{InPlaceReason::kPatching,
                             "pod " + pod->meta.name + " is in the middle of its update"};
    }
    if (completion.look_again <= situation.now) continue;
    in_flight->look_again = Sooner(in_flight->look_again, completion.look_again);
  }
  return in_flight;
}

Step NoLaterThanLookAgain(const workload::Situation& situation, Step then) {
  std::optional<Duration> due;
  const auto& when = InPlaceOf(situation).look_again;
  if (when) due = std::max<Duration>(*when - situation.now, seconds(1));
  const LeftPods* left = InPlaceOf(situation).left();
  if (left != nullptr && !left->drained.empty()) due = Sooner(due, {kRefusedRetry});
  return LookAgainNoLater(std::move(then), due);
}

}  // namespace windlass::in_place
