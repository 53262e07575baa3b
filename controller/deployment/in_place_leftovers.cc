#include "controller/deployment/in_place_leftovers.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "controller/in_place/phases/exchange.h"
#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "controller/in_place/traffic/drain_steps.h"

namespace windlass::deployment {
namespace {

// How soon to retry if a Pod could not be returned to traffic: no event tells when it will work.
constexpr Duration kRefusedRetry = seconds(60);

std::optional<in_place::PodState> OurState(const Situation& situation, const Pod& pod) {
  if (pod.meta.deleting()) return std::nullopt;
  auto said = in_place::PodStateOf(pod);
  if (!said || !said->ok() || (*said)->deployment != situation.workload.meta.uid) {
    return std::nullopt;
  }
  return **std::move(said);
}

// Returns our state of a Pod that this state took out of traffic. Most Pods have no such state, so
// the text is searched before it is parsed.
std::optional<in_place::PodState> DrainedState(const Situation& situation, const Pod& pod) {
  const auto text = pod.meta.annotations.Find(in_place::kPodState);
  if (!text || text->find("\"drain\"") == std::string_view::npos) return std::nullopt;
  auto state = OurState(situation, pod);
  return state && state->drain ? std::move(state) : std::nullopt;
}

// Returns true if the patched containers were restarted. A container that crashes later is not
// complete again, but that is not part of an update.
bool WasRestarted(const Pod& pod, const in_place::PodState& state) {
  if (!in_place::HasSeenPatch(pod, state)) return false;
  return std::ranges::all_of(state.containers, [&](const in_place::ContainerPatch& patch) {
    const PodContainer* live = pod.Find(patch.name);
    if (live == nullptr || live->kind == ContainerKind::kInit) return true;
    const std::string id = live->id.ToString();
    return live->restart_count > patch.restart_count && id != patch.id &&
           std::ranges::count(patch.seen, id, &in_place::SeenContainer::id) == 0;
  });
}

bool IsLookedAfter(const Situation& situation, const Pod& pod) {
  return !pod.node_name.empty() && !in_place::IsOnLostNode(pod, situation.view.nodes);
}

}  // namespace

void FindLeftDrained(const Situation& situation, InPlace& in_place) {
  const bool nobody_looks =
      in_place.phase == InPlacePhase::kNone || in_place.phase == InPlacePhase::kReplace;
  if (!nobody_looks || !situation.view.in_place_known) return;
  for (const Pod* pod : situation.view.whole_pods) {
    std::optional<in_place::PodState> state = DrainedState(situation, *pod);
    if (!state) continue;
    const in_place::Completion completion = in_place::CompletionOf(*pod, *state, situation.now);
    const in_place::DrainStep step = in_place::NextDrainStep(
        in_place.options(), *pod, &*state, /*chosen=*/false, completion.complete, situation.now);
    in_place.look_again = Sooner(in_place.look_again, completion.look_again);
    if (step.what != in_place::DrainStep::Do::kEnd) continue;
    in_place.left_drained.push_back({pod, *std::move(state)});
  }
  if (in_place.options().policy != in_place::Policy::kRelease) return;
  const std::optional<Unreleased> left = FindUnreleased(situation);
  if (left) in_place.look_again = Sooner(in_place.look_again, left->look_again);
}

bool NothingIsLeft(const Situation& situation) {
  if (!situation.view.in_place_known) return false;
  int64_t missing = 0;
  for (const ReplicaSet* rs : situation.all) missing += std::max(rs->replicas, 0);
  for (const Pod* pod : situation.view.whole_pods) {
    if (pod->meta.deleting()) continue;
    const bool closed =
        in_place::KeepGateOpen(*pod, situation.workload.meta.uid, situation.now).has_value();
    if (closed || DrainedState(situation, *pod)) return false;
    --missing;
  }
  return missing <= 0;
}

std::optional<Unreleased> FindUnreleased(const Situation& situation) {
  for (const ReplicaSet* rs : situation.all) {
    if (in_place::HasNotes(*rs)) {
      return Unreleased{InPlaceReason::kPatching,
                        "the rollout that replica set " + rs->meta.name + " tells of is not over"};
    }
  }
  std::optional<Unreleased> in_flight;
  for (const Pod* pod : situation.view.whole_pods) {
    const auto state = OurState(situation, *pod);
    if (!state) continue;
    if (state->drain)
      return Unreleased{InPlaceReason::kDraining, "pod " + pod->meta.name + " is out of traffic"};
    const bool foreign = in_place::BasisOfPatch(*pod, *state) == in_place::RevisionBasis::kForeign;
    if (foreign || !IsLookedAfter(situation, *pod) || WasRestarted(*pod, *state)) continue;
    const auto completion = in_place::CompletionOf(*pod, *state, situation.now);
    if (completion.complete) continue;
    if (!in_flight) {
      in_flight = Unreleased{InPlaceReason::kPatching,
                             "pod " + pod->meta.name + " is in the middle of its update"};
    }
    in_flight->look_again = Sooner(in_flight->look_again, completion.look_again);
  }
  return in_flight;
}

Step NoLaterThanLookAgain(const Situation& situation, Step then) {
  std::optional<Duration> due;
  const auto& when = InPlaceOf(situation).look_again;
  if (when) due = std::max<Duration>(*when - situation.now, seconds(1));
  if (!InPlaceOf(situation).left_drained.empty()) due = Sooner(due, {kRefusedRetry});
  return LookAgainNoLater(std::move(then), due);
}

}  // namespace windlass::deployment
