#include "controller/in_place/phases/refused_resizes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/in_place/phases/cause.h"
#include "controller/in_place/phases/condition_reason.h"
#include "controller/in_place/pod/failure.h"
#include "controller/in_place/pod/resize.h"
#include "controller/in_place/template/eligibility.h"

namespace windlass::in_place {
namespace {

// Returns the failure of a Pod whose resize its kubelet has accepted, and has not carried out in
// `timeout`; nullopt if there is none. Then brings `look_again` forward to the time at which it may
// fail.
std::optional<Cause> FindLateResize(const workload::Situation& situation, const RolloutPod& one,
                                    seconds timeout, InPlace& in_place) {
  const PodState& state = *one.our_state;
  if (!state.heard_since || !one.standing.waited_for()) return std::nullopt;
  if (ResizeStepOf(*one.pod, state) != ResizeStep::kUnderWay) return std::nullopt;
  const WallTime at = state.at + timeout;
  if (situation.now < at) {
    in_place.look_again = Sooner(in_place.look_again, std::optional(at));
    return std::nullopt;
  }
  const std::string error = ParsePodResize(one.pod->resize.text()).error;
  return Cause{.text = "the kubelet of pod " + one.pod->meta.name +
                       " has not carried out a resize for more than " +
                       std::to_string(timeout.count()) + " s" +
                       (error.empty() ? "" : ": " + error) + " (" + std::string(kPodTimeout) + ")",
               .reason = std::string(kPodTimeout)};
}

// Returns the refusal of a resize of `pod` in this sync because the node could never give as much;
// null if there is none. API servers of 1.36 compare a resize with the size of the node.
const Error* FindTooLarge(const workload::Situation& situation, const Pod& pod) {
  constexpr std::string_view kTooLarge = "NodeCapacity";
  for (const Outcome& outcome : situation.learned) {
    if (outcome.said.ok() || !IsPatchOf(outcome, resources::kPods, pod.meta, "resize")) continue;
    const std::vector<ErrorCause>& causes = outcome.said.error().causes;
    if (std::ranges::find(causes, kTooLarge, &ErrorCause::reason) != causes.end()) {
      return &outcome.said.error();
    }
  }
  return nullptr;
}

}  // namespace

void FindRefusedResizes(const workload::Situation& situation, seconds timeout, InPlace& in_place) {
  PodsInPlace& pods = *in_place.pods;
  const bool staged = in_place.phase() == InPlacePhase::kStaged;
  const bool replaces = in_place.options().policy == Policy::kIfPossible;
  for (RolloutPod& one : pods.all) {
    if (!one.standing.resizing || !one.standing.updated || !one.our_state) continue;
    std::optional<Cause> failure = FindLateResize(situation, one, timeout, in_place);
    auto why = RefuseResize(*one.pod, *one.our_state, situation.now);
    if (const Error* refused = FindTooLarge(situation, *one.pod)) {
      why = NotEligible{Reason::kResizeInfeasible, one.pod->meta.name + ": " + refused->message};
    }
    if (why && !staged) one.standing.resizing = one.standing.in_flight = false;
    if (why && staged && replaces && !pods.resize_refused) pods.resize_refused = CauseOf(*why);
    if (why && staged && !replaces) failure = CauseOf(*why);
    if (!failure) continue;
    one.verdict.failed = true;
    if (!pods.failing) pods.failing.emplace().first = *std::move(failure);
    pods.failing->for_long = pods.failing->of_template = true;
  }
  if (!staged) pods.counts = CountPods(pods.all);
}

}  // namespace windlass::in_place
