#include "controller/in_place/phases/find_pods.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/in_place/phases/leftovers.h"
#include "controller/in_place/phases/old_kubelets.h"
#include "controller/in_place/phases/refused_patches.h"
#include "controller/in_place/phases/refused_resizes.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/in_place/phases/status.h"
#include "controller/in_place/pod/availability.h"
#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/failure.h"
#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/pod/resize.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "controller/in_place/template/drain.h"
#include "controller/in_place/template/eligibility.h"
#include "controller/in_place/template/template_images.h"
#include "controller/in_place/traffic/drain_steps.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/revisions/followed_revision.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/pod_list.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::in_place {
namespace {

seconds PodTimeout(const workload::Situation& situation) {
  return seconds(situation.workload.progress_deadline_seconds.value_or(kUnlimited));
}

void LookAgainAt(const std::optional<WallTime>& when, InPlace& in_place) {
  in_place.look_again = Sooner(in_place.look_again, when);
}

// Returns true if the time `when` has come; otherwise looks again then.
bool HasPassed(const workload::Situation& situation, WallTime when, InPlace& in_place) {
  if (when <= situation.now) return true;
  LookAgainAt(when, in_place);
  return false;
}

// Sets `unseen_births` to true if an uncached list of this sync shows a Pod of the host that the
// cache does not have yet. Does nothing if this sync has not read such a list. AfterExchange
// (swap_templates.h) reads the list as its last step before X3 (P-057).
void FindUnseenBirths(const workload::Situation& situation, InPlace& in_place) {
  const Outcome* listed =
      FindOutcome(situation.learned, workload::ListOfPods(situation.workload).Identity());
  if (listed == nullptr || !listed->said.ok()) return;
  const auto& listed_pods = listed->value.Get<std::vector<ListedPod>>();
  in_place.pods->unseen_births = std::ranges::any_of(listed_pods, [&](const ListedPod& listed_pod) {
    return listed_pod.controller == in_place.host()->meta.uid &&
           std::ranges::none_of(situation.view.whole_pods,
                                [&](const Pod* pod) { return pod->meta.uid == listed_pod.uid; });
  });
  if (in_place.pods->unseen_births) LookAgainAt(situation.now + seconds(1), in_place);
}

// Returns the state with which FailureOf judges `one`, a patched Pod or a stand-in.
PodState StateToJudge(const workload::Situation& situation, const RolloutPod& one) {
  PodState state = one.our_state ? *one.our_state : AsIfPatched(*one.pod);
  state.heard_since = KubeletHeardSince(*one.pod, situation.view.nodes);
  return state;
}

// Returns why `one`, an updated Pod or a stand-in of any revision, fails. `timeout` is how long the
// Pod may be unavailable. Returns nullopt if the Pod is available, is on a lost node or does not
// fail. If it may fail later without an event, brings `look_again` forward to that time.
//
// A stand-in without a node fails `timeout` after its creation. A Pod of the host without a node
// does not fail, because the rollout does not wait for that Pod (P-039).
std::optional<PodFailure> FindFailure(const workload::Situation& situation, const RolloutPod& one,
                                      seconds timeout, InPlace& in_place) {
  const PodStanding& standing = one.standing;
  if (standing.available || standing.exempt) return std::nullopt;
  const Pod& pod = *one.pod;
  if (standing.unschedulable) {
    if (!standing.stand_in) return std::nullopt;
    if (!HasPassed(situation, pod.meta.creation_timestamp + timeout, in_place)) return std::nullopt;
    return PodFailure{.reason = std::string(kPodTimeout)};
  }
  const PodState state = StateToJudge(situation, one);
  LookAgainAt(FailureLookAgain(pod, state, timeout, situation.now), in_place);
  return FailureOf(pod, state, timeout, situation.now);
}

using Owners = std::unordered_set<Uid, UidHash>;

// Returns the uids of the ReplicaSets that own a terminating Pod.
Owners OwnersOfTerminating(const workload::Situation& situation) {
  Owners owners;
  for (const Pod* pod : situation.view.whole_pods) {
    const OwnerReference* owner = pod->meta.ControllerRef();
    if (owner != nullptr && pod->meta.deleting()) owners.insert(owner->uid);
  }
  return owners;
}

// Returns true if the stand-in is not available, and will not become so soon
// (PodVerdict::will_not_come). A stand-in without a node may be waiting for the place of a
// terminating Pod of its ReplicaSet. `terminating` are the ReplicaSets with such Pods.
bool WillNotCome(const workload::Situation& situation, const RolloutPod& stand_in,
                 const Owners& terminating, InPlace& in_place) {
  const PodStanding& standing = stand_in.standing;
  const bool may_wait = terminating.contains(stand_in.pod->meta.ControllerRef()->uid);
  if (standing.unschedulable && !may_wait) {
    return HasPassed(situation, GetsPlaceUntil(*stand_in.pod), in_place);
  }
  if (standing.exempt) {
    // The stand-in is on a lost node. Kubernetes usually deletes it before the time below, and its
    // ReplicaSet makes another one.
    const WallTime lost =
        std::max(stand_in.pod->meta.creation_timestamp, stand_in.pod->ready.last_transition_time());
    return HasPassed(situation, lost + RestartTimeout(situation), in_place);
  }
  return FindFailure(situation, stand_in, RestartTimeout(situation), in_place).has_value();
}

// Returns true if the last patch of the Pod, whose state is `state`, took it off a template that
// this rollout had given it. The patch of an earlier rollout, which the Pod's state still shows,
// took it off the template of a ReplicaSet that has no Pods any more.
bool HasGoneBack(const workload::Situation& situation, const InPlace& in_place,
                 const PodState& state) {
  return std::ranges::any_of(situation.all, [&](const ReplicaSet* rs) {
    if (rs == in_place.host() || rs->template_fingerprint != state.from) return false;
    return rs->replicas > 0 || rs == in_place.pending();
  });
}

// Returns the value of PodVerdict::starts_reverted.
bool StartsReverted(const workload::Situation& situation, const RolloutPod& one,
                    InPlace& in_place) {
  const PodStanding& standing = one.standing;
  const bool goes_back =
      in_place.blocked() != nullptr || in_place.phase() == InPlacePhase::kReturning;
  if (!goes_back || standing.stand_in || !standing.of_host || one.state() == nullptr) return false;
  return !standing.available && standing.waited_for() &&
         HasGoneBack(situation, in_place, *one.state()) &&
         !FindFailure(situation, one, RestartTimeout(situation), in_place);
}

// Returns the last time at which an available Pod may have shown that the new revision works. It is
// the last of these times:
//   - the last change of Ready of an updated Pod: until then this Pod may have been available
//   - the last creation or deletion of a Pod: the Pod that is gone may have been available
WallTime MayHaveWorkedUntil(const workload::Situation& situation, const InPlace& in_place) {
  WallTime until{};
  for (const RolloutPod& one : in_place.pods->all) {
    if (one.standing.updated) until = std::max(until, one.pod->ready.last_transition_time());
  }
  for (const Pod* pod : situation.view.whole_pods) {
    until = std::max({until, pod->meta.creation_timestamp, pod->meta.deletion_timestamp});
  }
  return until;
}

// If the revision is tried again, returns the time until which no failure of a Pod with `state`
// sets `for_long`: kFailsForLong after the try began. A Pod that could not be patched back before
// the try still fails from the former try, and its kubelet may wait for kLongestBackOff before it
// pulls the image again, so it has that much longer. Example: tried since 10:00, and the Pod was
// last patched at 9:50: 10:06. Returns WallTime{} if the revision is not tried again.
WallTime TriesUntil(const workload::Situation& situation, const InPlace& in_place,
                    const PodState& state) {
  const Block* block = in_place.block();
  if (block == nullptr || !block->tried_since) return {};
  const WallTime tried = *block->tried_since;
  // A note that names a later time than now is from a faster clock, and does not count.
  if (tried > situation.now) return {};
  return tried + kFailsForLong + (state.at < tried ? kLongestBackOff : seconds(0));
}

void FindFailing(const workload::Situation& situation, InPlace& in_place) {
  const seconds timeout = PodTimeout(situation);
  const Owners terminating = OwnersOfTerminating(situation);
  const WallTime may_have_worked_until = MayHaveWorkedUntil(situation, in_place);
  // Once a Pod has shown that the new revision works, a stand-in without a node only lacks room.
  const bool proven = std::ranges::any_of(in_place.pods->all, [](const RolloutPod& one) {
    return one.standing.updated && one.standing.available;
  });
  for (RolloutPod& one : in_place.pods->all) {
    const PodStanding& standing = one.standing;
    if (standing.stand_in) {
      one.verdict.will_not_come = WillNotCome(situation, one, terminating, in_place);
    }
    one.verdict.starts_reverted = StartsReverted(situation, one, in_place);
    if (!standing.updated || (one.state() == nullptr && !standing.stand_in)) continue;
    if (standing.unschedulable && proven) continue;
    const auto failure = FindFailure(situation, one, timeout, in_place);
    if (!failure) continue;
    one.verdict.failed = true;
    std::optional<FailingPods>& failing = in_place.pods->failing;
    // kPodTimeout says the least, so any other reason takes its place.
    const bool says_more =
        failing && failing->first.reason == kPodTimeout && failure->reason != kPodTimeout;
    if (!failing) failing.emplace();
    failing->of_template = failing->of_template || !standing.unschedulable;
    const Pod& pod = *one.pod;
    if (failing->first.text.empty() || says_more) {
      std::string text = TextOf(*failure, "pod " + pod.meta.name, timeout);
      if (standing.unschedulable) text = "a stand-in has no node: " + text;
      failing->first = {std::move(text), failure->reason};
    }
    const PodState state = StateToJudge(situation, one);
    WallTime for_long_at =
        std::max(FailsForLongAt(pod, state), TriesUntil(situation, in_place, state));
    if (standing.unschedulable) {
      // Example: a stand-in without a node was created at 10:00, timeout 600 s. The only available
      // Pod of the revision missed a readiness probe at 10:12. The stand-in lacks room since 10:12.
      // If it did since 10:10, the revision would be given up at once at 10:12.
      const WallTime since = std::max(pod.meta.creation_timestamp + timeout, may_have_worked_until);
      for_long_at = std::max(for_long_at, since + kFailsForLong);
    }
    if (HasPassed(situation, for_long_at, in_place)) failing->for_long = true;
  }
}

// Returns true if this sync drained the Pod `one`, but the Pod did not keep its state annotation.
// Only the patches that the API server has accepted in this sync show such a drain:
//   - the Pod is out of traffic: at least one patch, which began the drain
//   - the Pod is back in traffic: at least two patches, which began and ended the drain
bool KeepsNoDrain(const workload::Situation& situation, const InPlace& in_place,
                  const RolloutPod& one) {
  if (one.our_state || one.standing.updated) return false;
  const Pod& pod = *one.pod;
  if (WasRefused(situation.learned, pod)) return false;
  const auto patches = std::ranges::count_if(situation.learned, [&](const Outcome& outcome) {
    return outcome.said.ok() && IsPatchOf(outcome, resources::kPods, pod.meta);
  });
  const bool out = DrainOfLost(in_place.options(), pod, situation.now).has_value();
  return patches >= (out ? 1 : 2);
}

// Returns the first Pod to which this sync wrote a state that the Pod did not keep; null if there
// is none.
const RolloutPod* FindStripped(const workload::Situation& situation, const InPlace& in_place) {
  for (const RolloutPod& one : in_place.pods->all) {
    const bool lost = one.lost && WasPatched(situation.learned, *one.pod);
    if (lost || KeepsNoDrain(situation, in_place, one)) return &one;
  }
  return nullptr;
}

// Returns the message of the condition if a Pod does not keep its state annotation: Windlass writes
// it, and a webhook removes it. The message has the number of patched Pods, so it changes with each
// patch. It ends with the name of the cause.
std::string NotKeptText(const InPlace& in_place, const Pod& pod, int32_t desired) {
  const int32_t patched = in_place.pods->counts.patched;
  const int64_t lost = std::ranges::count_if(in_place.pods->all, &RolloutPod::lost);
  const int64_t without = std::max<int64_t>(lost, 1);
  return std::to_string(patched) + " of " + std::to_string(desired) + " Pods are patched, " +
         std::to_string(without) + (without == 1 ? " is" : " are") + " without annotation " +
         std::string(kPodState) + ": pod " + pod.meta.name +
         " loses this annotation after each write. Find the admission webhook that removes the "
         "annotation, and exempt the Pods of this workload from that webhook (" +
         std::string(kNotKept) + ')';
}

// Returns when the Pods without their state annotation (RolloutPod::lost) count as restarted: the
// latest of the times of these Pods. The time of one Pod:
//   1. Start with the time since which the condition has its present text. No Pod was patched
//      later, because each patch changes the text (NotKeptText).
//   2. If the time one minute after the Pod's kubelet was heard again (KubeletBegins) is later,
//      start with that time instead.
//   3. Add the longest time of the Pod's restart.
// Example: text since 12:00, kubelet heard again at 12:05, restart at most 60 s: 12:06 + 60 s =
// 12:07.
// If no Pod has lost its state, returns kAfterKillLong after the condition got its text. Returns
// nullopt if
//   - the condition does not have the text of `not_kept` yet
//   - the kubelet of such a Pod is not heard, and the Pod is not on a lost node (`exempt`)
std::optional<WallTime> RestartedBy(const workload::Situation& situation,
                                    const std::optional<Told>& told, const InPlace& in_place) {
  if (!told || told->text != in_place.pods->not_kept->first.text) return std::nullopt;
  WallTime by = told->since + kAfterKillLong;
  for (const RolloutPod& one : in_place.pods->all) {
    if (!one.lost) continue;
    const Pod& pod = *one.pod;
    const PodState& state = *one.state();
    const bool exempt = one.standing.exempt;
    if (!state.heard_since && !exempt) return std::nullopt;
    const bool seen = exempt || HasSeenPatch(pod, state);
    const seconds restart = KillTime(pod, state) + kAfterKillLong;
    // Nothing shows when the Pod was patched, except that it was before the condition got its text.
    const PodState patched{.at = told->since, .heard_since = state.heard_since};
    const WallTime from = KubeletBegins(pod, patched).value_or(told->since);
    by = std::max(by, from + (seen ? restart : std::max(restart, RestartTimeout(situation))));
  }
  return by;
}

// Returns the time of the next drain of a Pod whose drain was in vain (IsDrainInVain). Until
// drain_seconds are over, another client may put the Pod back into traffic. So kNotKeptTryAgain
// begins only after drain_seconds.
// Example: the drain began at 10:00, drain_seconds is 120, kNotKeptTryAgain 60 s: 10:03.
WallTime DrainsAnewAt(const InPlace& in_place, const Drained& drained) {
  return drained.since + seconds(in_place.options().drain_seconds) + kNotKeptTryAgain;
}

// Returns the first Pod that waits for its next drain (DrainsAnewAt) because another client has
// ended each drain so far (IsDrainInVain); null if there is none.
const RolloutPod* FindPutBack(const workload::Situation& situation, const InPlace& in_place) {
  for (const RolloutPod& one : in_place.pods->all) {
    const PodState* state = one.state();
    if (one.standing.updated || !IsDrainInVain(*one.pod, state)) continue;
    if (situation.now < DrainsAnewAt(in_place, *state->drain)) return &one;
  }
  return nullptr;
}

// Returns the message of the condition about a Pod that FindPutBack has found. The message has the
// number of patched Pods, so it changes with each patch.
std::string PutBackText(const workload::Situation& situation, const InPlace& in_place,
                        const RolloutPod& one) {
  const Drain& drain = one.state()->drain->how;
  const bool by_label = drain.mode == Drain::Mode::kLabel;
  const std::string mark =
      by_label ? "label " + drain.label : "condition " + std::string(kReadyGate);
  return std::to_string(in_place.pods->counts.patched) + " of " +
         std::to_string(situation.workload.replicas) + " Pods are patched: pod " +
         one.pod->meta.name + " does not keep " + mark + "=" + (by_label ? drain.off : "False") +
         ", which takes the Pod out of traffic before its patch. Find the admission policy or the "
         "client that sets " +
         mark + ". Exempt the Pods of this workload from it, or change " +
         situation.workload.kind.PlaceOf(kDrain).name;
}

// Returns true if a Pod was drained in vain (KeepsNoDrain) less than kNotKeptTryAgain ago, as the
// condition shows. If Windlass tried again at once, the Pod would go out of traffic and back again
// and again.
bool WasDrainedInVain(const workload::Situation& situation, const InPlace& in_place,
                      const std::optional<Told>& told) {
  return told && std::ranges::none_of(in_place.pods->all, &RolloutPod::lost) &&
         in_place.options().drain.mode == Drain::Mode::kLabel &&
         situation.now < told->since + kNotKeptTryAgain;
}

// Sets `looks_ready` and `serves` for the Pods whose drains are in vain. Such a Pod keeps its drain
// in its state until it is drained anew (FindDrain), and serves meanwhile. Requires that `not_kept`
// is set.
void FindServing(const workload::Situation& situation, InPlace& in_place) {
  const int32_t min_ready_seconds = situation.workload.min_ready_seconds;
  for (RolloutPod& one : in_place.pods->all) {
    if (one.standing.updated || !IsDrainInVain(*one.pod, one.state())) continue;
    const PodState undrained = WithoutDrain(*one.state());
    const auto from = AvailableFrom(*one.pod, &undrained, min_ready_seconds, situation.now);
    if (from && *from > situation.now) LookAgainAt(from, in_place);
    one.standing.serves = from && *from <= situation.now;
    one.standing.looks_ready =
        one.pod->ready.IsTrue() && !IsInFlight(*one.pod, &undrained, situation.now);
  }
  in_place.pods->counts = CountPods(in_place.pods->all);
}

// Sets `not_kept` in two cases:
//   - An admission webhook removes the state that Windlass wrote to a Pod. No state can show that
//     such Pods were restarted, so they count as in flight until enough time has passed
//     (RestartedBy).
//   - Another client puts a drained Pod back into traffic each time (FindPutBack).
void FindNotKept(const workload::Situation& situation, InPlace& in_place) {
  PodsInPlace& pods = *in_place.pods;
  const RolloutPod* stripped = FindStripped(situation, in_place);
  const auto told = ToldBy(situation, InPlaceReason::kAnnotationNotKept);
  const std::string reason(kNotKept);
  if (stripped != nullptr) {
    const Pod& pod = *stripped->pod;
    pods.not_kept = {.first = {NotKeptText(in_place, pod, situation.workload.replicas), reason},
                     .told_anew = !stripped->lost};
  } else if (const RolloutPod* back = FindPutBack(situation, in_place)) {
    pods.not_kept = {.first = {PutBackText(situation, in_place, *back), reason}};
    LookAgainAt(DrainsAnewAt(in_place, *back->state()->drain), in_place);
  } else if (WasDrainedInVain(situation, in_place, told)) {
    pods.not_kept = {.first = {told->text, reason}};
    LookAgainAt(told->since + kNotKeptTryAgain, in_place);
  } else {
    return;
  }
  FindServing(situation, in_place);
  const auto by = RestartedBy(situation, told, in_place);
  pods.not_kept->for_long = by && situation.now >= *by;
  if (!pods.not_kept->for_long) return LookAgainAt(by, in_place);
  for (RolloutPod& one : pods.all) {
    if (!one.lost) continue;
    const auto from =
        AvailableOnceRestarted(*one.pod, one.state(), situation.workload.min_ready_seconds);
    one.standing.in_flight = false;
    one.standing.available = from && *from <= situation.now;
    if (from && *from > situation.now) LookAgainAt(from, in_place);
  }
  pods.counts = CountPods(pods.all);
}

// Returns the number of Pods, without stand-ins, minus the desired number. Example with 10 desired:
// 2 for 12 Pods, -1 for 9 Pods. Pods that a scale-down is about to remove still count, because it
// is not known which Pods these will be.
int32_t PodsBeyondDesired(const workload::Situation& situation, const InPlace& in_place) {
  return in_place.pods->counts.pods - in_place.pods->counts.stand_ins - situation.limits.desired;
}

// Returns how many of the present Pods the limits of the rollout keep on the old revision, at least
// 0. If the limits keep none of the desired Pods: 0. Example with 10 desired and updated_max 3, so
// the limits keep 10 - 3 = 7:
//   - 10 Pods: 7
//   - 9 Pods: 7 - 1 = 6. The missing Pod will be created with the old revision (RO-045)
//   - 13 Pods: 7 + 3 = 10. A Pod that is about to be removed may have the old revision
int32_t KeptOld(const workload::Situation& situation, const InPlace& in_place) {
  const int32_t kept = situation.limits.kept_old();
  return kept > 0 ? std::max(kept + PodsBeyondDesired(situation, in_place), 0) : 0;
}

// Returns how many Pods keep the old revision: KeptOld or the setting `partition`, whichever is
// larger (RO-047). A partition above the desired Pods counts as all of them. The surplus Pods are
// added to a partition above 0. Examples with 10 desired, partition 2:
//   - 10 Pods, KeptOld 7: max(2, 7) = 7
//   - 13 Pods, KeptOld 0: max(2 + 3, 0) = 5
// Returns 0
//   - if in-place updates end, so that another controller can take over the workload
//     (Policy::kRelease): that controller knows of no partition (P-076)
//   - if the workload follows a revision: all of its Pods get that revision (RO-031)
int32_t Partition(const workload::Situation& situation, const InPlace& in_place) {
  if (in_place.options().policy == Policy::kRelease) return 0;
  if (situation.workload.follow_revision) return 0;
  const int32_t set = std::min(in_place.options().partition, situation.limits.desired);
  const int32_t to_go = std::max(PodsBeyondDesired(situation, in_place), 0);
  return std::max(set > 0 ? set + to_go : 0, KeptOld(situation, in_place));
}

// Returns true if a limit (a step, a pause or a partition) is in force, even if the limit keeps no
// Pod on the old revision now (P-058). Returns false if the workload is handed back or follows a
// revision. Examples of a limit that keeps no Pod now:
//   - 10 replicas, partition 5, scaled to 0 and later to 10 again: five Pods will have the old
//     revision
//   - 2 replicas, setUpdated: 2, then a pause, scaled to 5: three Pods would have the old revision
//   - setUpdated: 100%, then a pause: no Pod would have the old revision, but no user has said yet
//     that the new one works
bool HoldsBack(const workload::Situation& situation, const InPlace& in_place) {
  const Options& options = in_place.options();
  if (options.policy == Policy::kRelease || situation.workload.follow_revision) return false;
  return situation.limits.holds_back() || options.has_partition;
}

// Returns how many Pods their ReplicaSets are about to remove. The sum has 64 bits, because two
// ReplicaSets may each have size 2^31-1.
int64_t Surplus(const workload::Situation& situation, const InPlace& in_place) {
  int64_t surplus = 0;
  for (const ReplicaSet* rs : situation.all) {
    const int64_t present = std::ranges::count_if(in_place.pods->all, [&](const RolloutPod& pod) {
      return pod.pod->meta.IsControlledBy(rs->meta.uid);
    });
    surplus += std::max<int64_t>(present - std::max(rs->replicas, 0), 0);
  }
  return surplus;
}

BatchLimits LimitsOf(const workload::Situation& situation, const InPlace& in_place,
                     bool returning) {
  const int32_t desired = situation.workload.replicas;
  // Under Recreate, missing Pods are created only when no present Pod has another template any more
  // (mixed_pods.h). So missing Pods must not use up max_unavailable.
  const bool any = situation.recreate() && (returning || in_place.options().max_unavailable > 0);
  return {.desired = desired,
          .max_unavailable = any ? desired : in_place.options().max_unavailable,
          .partition = Partition(situation, in_place),
          .canary_first = in_place.options().canary_first,
          .waited_for_first = KeptOld(situation, in_place) > 0,
          .returning = returning,
          .surplus = Surplus(situation, in_place)};
}

// Returns true if Windlass neither drains `pod` nor returns it to traffic now, because a refused
// patch will be tried again:
//   - no next try is scheduled: true if a patch or drain of `pod` failed in this sync
//     (PodVerdict::refused)
//   - the next try is scheduled: true if `pod` is not updated, and fewer than kRefusedTriesMax
//     tries were refused. After more refusals, the wait for the next try is too long for a Pod to
//     stay out of traffic (P-036)
bool StaysAsItIs(const InPlace& in_place, const RolloutPod& pod) {
  if (!in_place.pods->waits_for_next_try()) return pod.verdict.refused;
  return !pod.standing.updated && in_place.pods->refused->noted.tries < kRefusedTriesMax;
}

void FindDrain(const workload::Situation& situation, InPlace& in_place) {
  const bool stopped = situation.workload.paused || in_place.held() || in_place.blocked() ||
                       workload::HasNothingToFollow(situation);
  const std::vector<const RolloutPod*>& batch = in_place.pods->next.batch;
  const std::unordered_set<const RolloutPod*> in_batch(batch.begin(), batch.end());
  for (RolloutPod& one : in_place.pods->all) {
    const PodState* state = one.state();
    const Pod& pod = *one.pod;
    const bool chosen = !stopped && in_batch.contains(&one);
    const bool restarts = state != nullptr && RestartsByResize(pod, *state);
    const bool complete = state == nullptr ||
                          (!restarts && CompletionOf(pod, *state, situation.now).complete) ||
                          (one.lost && !one.standing.in_flight) ||
                          BasisOfPatch(pod, *state) == RevisionBasis::kPutBack;
    DrainStep& drain = one.verdict.drain;
    drain = NextDrainStep(in_place.options(), pod, state, chosen, complete, situation.now);
    // A Pod that loses its state is patched at once, because the time at which its drain began is
    // lost, too. With drain mode Gate this time stays: it is written with the Pod's status, and
    // webhooks for Pods do not see this write.
    const bool by_gate = in_place.options().drain.mode == Drain::Mode::kGate;
    // This patch restarts nothing, so the Pod stays in traffic.
    const bool drained = state != nullptr && state->drain;
    if (one.standing.gentle && chosen && !drained) drain = {DrainStep::Do::kPatch};
    if (one.lost && chosen && !by_gate) drain = {DrainStep::Do::kPatch};
    // Another client ends each drain of this Pod, so the Pod takes traffic, and there is no drain
    // to end. Its state keeps the `drain`, which shows that the drain is in vain. Only the phases
    // returning and committing choose such a Pod, after a time (for_long). The Pod is then patched
    // without a further drain.
    if (in_place.pods->not_kept && !one.standing.updated && IsDrainInVain(pod, state)) {
      drain = {chosen ? DrainStep::Do::kPatch : DrainStep::Do::kWait};
    }
    if (StaysAsItIs(in_place, one)) drain = {};
    LookAgainAt(drain.until, in_place);
    one.verdict.kept_out =
        drain.what == DrainStep::Do::kEnd && WasUndrained(situation.learned, pod);
    // No event reports that the policy is gone.
    if (one.verdict.kept_out) LookAgainAt(situation.now + kNotKeptTryAgain, in_place);
  }
}

// Returns true if `rs` may have Pods or make some, whether or not the cache shows them. A
// ReplicaSet that was created without Pods and never scaled has none, even if its controller has
// not seen it yet.
bool MayMakePods(const ReplicaSet& rs) {
  const bool never_had = rs.replicas == 0 && rs.meta.generation <= 1;
  return rs.replicas > 0 || workload::StatusCountsPods(rs) || (!never_had && !IsObserved(rs));
}

bool HasTheseImages(const ReplicaSet& rs, const TemplateImages& images) {
  if (rs.template_fingerprint == images.fingerprint) return true;
  if (rs.template_json == nullptr) return false;
  const auto its = ReadTemplateImages(rs.template_fingerprint, *rs.template_json);
  return its.ok() && its->containers == images.containers;
}

// Returns the Pod that must be gone before Recreate gives `images` to a Pod, in the words of a
// message; nullopt if there is none. Prefers to name a terminating Pod. Which Pods must be gone:
//   - if `alone` is true: any second Pod, because only a single Pod is updated
//   - otherwise: each Pod without `images` that is terminating or belongs to another ReplicaSet
// The cache may lack the newest Pods. So a ReplicaSet that may have or make Pods counts like a Pod.
std::optional<std::string> FindBeside(const workload::Situation& situation, const ReplicaSet& host,
                                      const TemplateImages& images, bool alone) {
  const Pod* other = nullptr;
  int known = 0;
  for (const Pod* pod : situation.view.whole_pods) {
    const ReplicaSet* owner = OwnerOf(*pod, situation.all);
    if (owner == nullptr) continue;
    ++known;
    const bool stays = pod->meta.deleting() || owner != &host;
    if (!alone && (!stays || HasImagesOf(*pod, images))) continue;
    if (other == nullptr || !other->meta.deleting()) other = pod;
  }
  if (other != nullptr && (!alone || known > 1)) return "pod " + other->meta.name;
  for (const ReplicaSet* rs : situation.all) {
    const bool is_host = rs == &host;
    const bool may = is_host ? alone && (workload::StatusCountsPods(host, 1) || !IsObserved(host))
                             : MayMakePods(*rs) && (alone || !HasTheseImages(*rs, images));
    if (may) return "a Pod of replica set " + rs->meta.name;
  }
  return std::nullopt;
}

// Returns the Pod that must be gone before a patch that is due under Recreate (FindBeside). Returns
// nullopt if there is no such Pod, or if no patch is due. `target` has the images that Pods are to
// get. If the revision is given up, its failed Pods get the images of the host instead.
std::optional<std::string> BesideNextPatch(const workload::Situation& situation,
                                           const InPlace& in_place,
                                           const workload::WantedTemplate& target) {
  if (!situation.recreate()) return std::nullopt;
  const PodsInPlace& pods = *in_place.pods;
  const ReplicaSet& host = *in_place.host();
  const bool back = in_place.blocked() != nullptr;
  const bool any_failed = std::ranges::any_of(pods.all, &PodVerdict::failed, &RolloutPod::verdict);
  const bool due = back ? any_failed : pods.counts.to_update > 0;
  const std::string* json = back ? host.template_json.get() : target.json;
  if (!due || json == nullptr) return std::nullopt;
  const auto images =
      ReadTemplateImages(back ? host.template_fingerprint : target.fingerprint, *json);
  if (!images.ok()) return std::nullopt;
  const bool alone = !back && in_place.phase() == InPlacePhase::kStaged;
  return FindBeside(situation, host, *images, alone);
}

// Returns whether PodDisruptionBudgets hold for the next patch. They do not hold under Recreate
// while the host has fewer Pods than the workload wants. The missing Pods are created only when no
// Pod has another template any more (mixed_pods.h). Example: the workload is scaled from 1 to 11,
// and a budget wants 10 healthy Pods. The budget has room only when the missing Pods exist, and
// these are created only after the patch.
PdbPolicy PdbPolicyOf(const workload::Situation& situation, const InPlace& in_place) {
  const bool waits_to_grow =
      situation.recreate() && in_place.host()->replicas < situation.workload.replicas;
  return waits_to_grow ? PdbPolicy::kIgnore : in_place.options().pdb;
}

void ChooseNext(const workload::Situation& situation, InPlace& in_place,
                const workload::WantedTemplate& target) {
  const bool returning = in_place.phase() != InPlacePhase::kStaged;
  PodsInPlace& pods = *in_place.pods;
  const BatchLimits& limits = pods.limits = LimitsOf(situation, in_place, returning);
  for (RolloutPod& one : pods.all) {
    one.verdict.refused = WasRefused(situation.learned, *one.pod);
  }
  const int64_t refusals =
      std::ranges::count_if(pods.all, &PodVerdict::refused, &RolloutPod::verdict);
  FindRefusals(situation, in_place);
  if (pods.refused) LookAgainAt(pods.refused->next_try, in_place);
  pods.beside = BesideNextPatch(situation, in_place, target);
  const bool staged = in_place.phase() == InPlacePhase::kStaged;
  const bool unsure = pods.not_kept && (staged || !pods.not_kept->for_long);
  const bool waits = pods.beside.has_value() || unsure;
  const bool patches = !waits && in_place.phase() != InPlacePhase::kDeciding &&
                       in_place.phase() != InPlacePhase::kRefused;
  if (patches && !pods.waits_for_next_try() && refusals < kRefusalsMax) {
    LeaveOutOldKubelets(situation, in_place);
    pods.next =
        ChooseNextPods(pods.all, limits, PdbPolicyOf(situation, in_place), situation.view.budgets,
                       situation.view.others_in_flight, situation.now);
  }
  LookAgainAt(pods.next.look_again, in_place);
  LookAgainAt(WhenTimeTells(pods.all, situation.workload.min_ready_seconds, situation.now),
              in_place);
  FindDrain(situation, in_place);
  const PodCounts& counts = pods.counts;
  pods.holds_back = HoldsBack(situation, in_place);
  const bool reached =
      counts.to_update > 0 ? counts.to_update <= limits.partition : pods.holds_back;
  pods.at_rest = !returning && reached && !pods.template_fails() && !pods.not_kept;
}

// Returns the template with which Pods are compared:
//   - while Pods go back first (GoesBackFirst): the template of their ReplicaSet, which need not be
//     the wanted template (P-068)
//   - during an exchange: the template that the exchange gives to the host, even if the workload
//     has another template by now
//   - otherwise: the wanted template. If it is not known, no Pod counts as having it, and images
//     are compared with those of the host's template
workload::WantedTemplate Target(const workload::Situation& situation, const InPlace& in_place) {
  if (GoesBackFirst(situation, in_place)) {
    return {.fingerprint = in_place.host()->template_fingerprint,
            .json = in_place.host()->template_json.get(),
            .known = true};
  }
  if (in_place.phase() == InPlacePhase::kCommitting) {
    return {.fingerprint = in_place.stash()->fingerprint,
            .json = &in_place.stash()->template_json,
            .known = true};
  }
  if (!situation.wanted.known) return {.json = in_place.host()->template_json.get()};
  return situation.wanted;
}

// Returns the revisions of RevisionsUnderWay, plus the stashed revision, because during an exchange
// the host may have the stashed revision already.
std::vector<int64_t> RevisionsOfRollout(const workload::Situation& situation,
                                        const InPlace& in_place) {
  std::vector<int64_t> revisions =
      RevisionsUnderWay(situation.all, *in_place.host(), GoesBackFirst(situation, in_place));
  if (!in_place.stash()) return revisions;
  const auto stashed = workload::ParseRevision(in_place.stash()->revision);
  if (stashed) revisions.push_back(*stashed);
  return revisions;
}

// Handles patched Pods that their label keeps out of traffic without a drain (IsLeftOut). Such a
// Pod counts as in flight: if it counted as available, one Pod after the other would go out of
// traffic.
//   - If the Pod's last patch is complete: the Pod does not count as Ready, either, because a
//     further patch would take no traffic away. So the Pod is patched even if too few others are
//     available. No fallback waits for it (PodVerdict::left_out).
//   - If the Pod is updated: it also counts as drained.
// A Pod that is drained to be patched again, but that its label kept out of traffic before the
// drain (WasLeftOut), does not count as Ready.
void CountLeftOut(const workload::Situation& situation, InPlace& in_place) {
  const Options& options = in_place.options();
  for (RolloutPod& one : in_place.pods->all) {
    if (!one.our_state) continue;
    if (WasLeftOut(*one.pod, *one.our_state)) one.standing.ready = false;
    if (!IsLeftOut(options, *one.pod, one.state())) continue;
    one.standing.in_flight = true;
    one.standing.available = false;
    if (CompletionOf(*one.pod, *one.our_state, situation.now).complete) {
      one.standing.ready = false;
      one.verdict.left_out = true;
    }
    if (one.standing.updated) one.our_state->drain = Drained{situation.now, options.drain};
  }
}

// Does the work of FindPods. Requires that the Pods can be seen, and that the phase is deciding,
// staged, returning, committing or refused.
bool FindPodsOfRollout(const workload::Situation& situation, InPlace& in_place) {
  const workload::WantedTemplate target = Target(situation, in_place);
  if (target.json == nullptr) return false;
  const bool committing = in_place.phase() == InPlacePhase::kCommitting;
  const RolloutTemplates templates{.deployment = situation.workload.meta.uid,
                                   .host = *in_place.host(),
                                   .all = situation.all,
                                   .target = target.fingerprint,
                                   .target_json = *target.json,
                                   .min_ready_seconds = situation.workload.min_ready_seconds,
                                   .by_image = IsUnderWay(situation.all, *in_place.host()),
                                   .revisions = RevisionsOfRollout(situation, in_place),
                                   .late_births = committing};
  auto pods =
      ClassifyPods(situation.view.whole_pods, templates, situation.view.nodes, situation.now);
  if (!pods.ok()) return false;
  in_place.pods.emplace().all = *std::move(pods);
  for (RolloutPod& one : in_place.pods->all) {
    if (!one.lost) continue;
    one.our_state->drain = DrainOfLost(in_place.options(), *one.pod, situation.now);
  }
  CountLeftOut(situation, in_place);
  in_place.pods->counts = CountPods(in_place.pods->all);
  FindFailing(situation, in_place);
  FindRefusedResizes(situation, PodTimeout(situation), in_place);
  FindNotKept(situation, in_place);
  ChooseNext(situation, in_place, target);
  if (committing) FindUnseenBirths(situation, in_place);
  return true;
}

}  // namespace

bool FindPods(const workload::Situation& situation, InPlace& in_place) {
  if (in_place.host() == nullptr || !situation.view.in_place_known || in_place.pods) return true;
  if (in_place.phase() == InPlacePhase::kNone || in_place.phase() == InPlacePhase::kReplace ||
      in_place.phase() == InPlacePhase::kUnknown) {
    return true;
  }
  return FindPodsOfRollout(situation, in_place);
}

bool SomePodLacksOnlyMetadata(const workload::Situation& situation, const InPlace& in_place) {
  const auto has_pods = [&](const ReplicaSet& rs) {
    return std::ranges::any_of(in_place.pods->all, [&](const RolloutPod& pod) {
      return !pod.standing.stand_in && pod.of == rs.template_fingerprint;
    });
  };
  return std::ranges::any_of(situation.all, [&](const ReplicaSet* rs) {
    if (rs == in_place.host() || rs->template_json == nullptr || !has_pods(*rs)) return false;
    const auto only = PatchIsMetadataOnly(*rs->template_json, *situation.wanted.json);
    return only.ok() && *only;
  });
}

bool FailsForLong(const workload::Situation& situation, const RolloutPod& one) {
  const PodState* state = one.state();
  if (one.standing.available || one.standing.exempt || state == nullptr) return false;
  const Pod& pod = *one.pod;
  return FailureOf(pod, *state, PodTimeout(situation), situation.now) &&
         HasFailedForLong(pod, *state, situation.now);
}

bool LooksReadyInFlight(const workload::Situation& situation, InPlace& in_place) {
  if (!in_place.pods) return false;
  const seconds timeout = RestartTimeout(situation);
  bool looks_ready = false;
  for (const RolloutPod& one : in_place.pods->all) {
    const PodStanding& standing = one.standing;
    const PodState* state = one.state();
    if (!standing.in_flight || !standing.ready || standing.exempt || state == nullptr) continue;
    const Pod& pod = *one.pod;
    // Ignores the drain, so that the wait for the Pod ends even if its drain cannot be ended.
    const PodState undrained = WithoutDrain(*state);
    if (FailureOf(pod, undrained, timeout, situation.now)) continue;
    looks_ready = true;
    LookAgainAt(FailureLookAgain(pod, undrained, timeout, situation.now), in_place);
  }
  return looks_ready;
}

}  // namespace windlass::in_place
