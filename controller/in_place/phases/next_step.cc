#include "controller/in_place/phases/next_step.h"

#include <memory>
#include <utility>

#include "controller/in_place/phases/decisions.h"
#include "controller/in_place/phases/find_pods.h"
#include "controller/in_place/phases/find_rollout.h"
#include "controller/in_place/phases/leftovers.h"
#include "controller/in_place/phases/lost_note.h"
#include "controller/in_place/phases/patch_pods.h"
#include "controller/in_place/phases/refused_patches.h"
#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/in_place/phases/stage.h"
#include "controller/in_place/phases/swap_templates.h"
#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/resize.h"
#include "controller/in_place/template/eligibility.h"
#include "controller/workload/actions/create.h"
#include "controller/workload/actions/history_clean_up.h"
#include "controller/workload/actions/scale.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/revisions/followed_revision.h"
#include "controller/workload/sizes/room_to_grow.h"
#include "controller/workload/status/deadline.h"
#include "controller/workload/status/status.h"

namespace windlass::in_place {
namespace {

// Returns the next write that removes the notes about a rollout that is over (P-076). Returns
// nullopt if no ReplicaSet has notes, or if it is too early:
//   - there is no new ReplicaSet, or another ReplicaSet has a size above 0
//   - Pods are out of traffic, missing or not seen (NothingIsLeft), and the workload no longer asks
//     for in-place updates
std::optional<Step> Tidy(const workload::Situation& situation) {
  if (situation.new_replica_set == nullptr) return std::nullopt;
  for (const ReplicaSet* rs : situation.all) {
    if (rs != situation.new_replica_set && rs->replicas > 0) return std::nullopt;
  }
  for (const ReplicaSet* rs : situation.all) {
    if (!HasNotes(*rs)) continue;
    const bool asks = InPlaceOf(situation).options().policy != Policy::kDisabled;
    if (!asks && !NothingIsLeft(situation)) return std::nullopt;
    return Write{.request = ForgetExchange(*rs),
                 .because = {decisions::kForgetInPlaceRollout, {{"replicaset", rs->meta.name}}}};
  }
  return std::nullopt;
}

// If a Pod has failed for long, returns the write of the policy on_failure. The write gives the
// revision up (P-062), or lets the rollout replace Pods (P-063). Returns nullopt if the policy is
// kHold, if the write is not due, or if the rollout rests at its limit (PodsInPlace::at_rest).
std::optional<Step> AfterFailure(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const auto& failing = in_place.pods->failing;
  if (!failing || !failing->for_long) return std::nullopt;
  // At its limit the rollout needs no stand-in, so lack of room shows nothing.
  if (in_place.pods->at_rest) return std::nullopt;
  switch (in_place.options().on_failure) {
    case OnFailure::kHold: return std::nullopt;
    case OnFailure::kReplace:
      // An ordinary rollout would count a Pod in flight as available if it is Ready. So the rollout
      // first waits for the Pods in flight.
      if (OthersAreInFlight(in_place)) return std::nullopt;
      return FallBackToReplace(situation, failing->first);
    case OnFailure::kRevert:
      if (in_place.blocked()) return std::nullopt;
      return BlockRevision(situation, failing->first.text);
  }
  return std::nullopt;
}

// With policy IfPossible, falls back to replacing Pods once phases::Staged::against is set. Waits
// while a Pod fails because of the new template (template_fails), as new Pods would fail, too:
// on_failure says what becomes of such a rollout (AfterFailure). Under Recreate nothing else is
// waited for. Otherwise all of these must hold (P-011, P-012, P-013):
//   - more Pods lack the target template than the partition keeps old
//   - none of these Pods can be patched now, and no PodDisruptionBudget is the cause
//   - no Pod is in flight
std::optional<Step> FallBackIfRefused(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (!in_place.against() || in_place.options().policy != Policy::kIfPossible) return std::nullopt;
  const PodsInPlace& pods = *in_place.pods;
  if (pods.template_fails()) return std::nullopt;
  const Cause why = CauseOf(*in_place.against());
  // Recreate removes all old Pods at once, so Pods in flight do not matter.
  if (situation.recreate()) return FallBackToReplace(situation, why);
  const bool waits = pods.next.batch.empty() && pods.next.blocking == nullptr;
  const bool due = pods.counts.to_update > pods.limits.partition;
  if (!waits || !due || OthersAreInFlight(in_place)) return std::nullopt;
  return FallBackToReplace(situation, why);
}

// Returns true if the last patch of `one` is restarting containers. Condition Ready may still be
// True then, so an ordinary rollout would count the Pod as available. Returns false if no rollout
// waits for the Pod, because its node is lost or its patch has failed for long (FailsForLong).
bool IsRestarting(const workload::Situation& situation, const RolloutPod& one) {
  const PodState* state = one.state();
  return state != nullptr && !one.standing.exempt &&
         (RestartsByResize(*one.pod, *state) ||
          !CompletionOf(*one.pod, *state, situation.now).complete) &&
         !FailsForLong(situation, one);
}

// With policy IfPossible, falls back to replacing Pods after the API server has refused
// kRefusedTriesMax patches in a row as forbidden or invalid (P-036). Waits while a Pod is being
// restarted.
std::optional<Step> FallBackIfForbidden(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const auto& refused = in_place.pods->refused;
  if (in_place.options().policy != Policy::kIfPossible) return std::nullopt;
  if (!refused || refused->noted.tries < kRefusedTriesMax) return std::nullopt;
  for (const RolloutPod& pod : in_place.pods->all) {
    if (IsRestarting(situation, pod)) return std::nullopt;
  }
  return FallBackToReplace(situation, CauseOf({Reason::kPodForbidden, refused->noted.why}));
}

// With policy IfPossible, falls back to replacing Pods if a kubelet does not carry a resize out
// (P-104). Waits while a Pod is being restarted.
std::optional<Step> FallBackIfNotResized(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const auto& why = in_place.pods->resize_refused;
  if (!why || in_place.options().policy != Policy::kIfPossible) return std::nullopt;
  for (const RolloutPod& pod : in_place.pods->all) {
    if (IsRestarting(situation, pod)) return std::nullopt;
  }
  return FallBackToReplace(situation, *why);
}

// With policy IfPossible, falls back to replacing Pods if a webhook removes the state annotation of
// Pods. First waits until the patched Pods are restarted: a rolling update would take down further
// Pods.
// Does not fall back if a step, a pause or a partition is in force, and all Pods that it allows are
// updated.
std::optional<Step> FallBackIfNotKept(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const PodsInPlace& pods = *in_place.pods;
  if (!pods.not_kept || !pods.not_kept->for_long) return std::nullopt;
  if (in_place.options().policy != Policy::kIfPossible) return std::nullopt;
  if (pods.holds_back && pods.counts.to_update <= pods.limits.partition) return {};
  for (const RolloutPod& pod : pods.all) {
    if (!pod.lost && IsRestarting(situation, pod)) return std::nullopt;
  }
  return FallBackToReplace(situation, pods.not_kept->first);
}

// Returns the write that scales down the first old ReplicaSet that a user scaled up (EmptyOther).
// Leaves stand-ins to RemoveStandIns.
std::optional<Step> EmptyOldOnes(const workload::Situation& situation) {
  const ReplicaSet* pending = InPlaceOf(situation).pending();
  return EmptyOther(situation,
                    [&](const ReplicaSet& rs) { return &rs != pending && HasOwnPods(rs); });
}

std::optional<Step> NextStaged(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (auto step = workload::UpdateNewReplicaSet(situation, in_place.pending()->replicas))
    return step;
  if (auto step = workload::KeepAtSize(situation, *in_place.host())) return step;
  if (auto step = RemoveStandIns(situation, in_place.pending())) return step;
  if (auto step = EmptyOldOnes(situation)) return step;
  if (in_place.held()) return std::nullopt;
  if (auto step = AfterFailure(situation)) return step;
  if (auto step = KeepStandIns(situation)) return step;
  if (in_place.blocked()) {
    if (auto step = ResizeNextPod(situation)) return step;
    if (auto step = RevertNextPod(situation)) return step;
    return NoteUnblock(situation);
  }
  if (auto step = FallBackIfRefused(situation)) return step;
  if (auto step = FallBackIfForbidden(situation)) return step;
  if (auto step = FallBackIfNotKept(situation)) return step;
  if (auto step = FallBackIfNotResized(situation)) return step;
  if (auto step = ResizeNextPod(situation)) return step;
  if (auto step = PatchNextPod(situation)) return step;
  return BeginExchange(situation);
}

std::optional<Step> NextReturning(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const PodCounts& counts = in_place.pods->counts;
  if (const ReplicaSet* rs = situation.new_replica_set) {
    if (auto step = workload::UpdateNewReplicaSet(situation, rs->replicas)) return step;
  }
  if (auto step = KeepHostWhileReturning(situation)) return step;
  if (auto step = RemoveStandIns(situation, nullptr)) return step;
  if (auto step = ResizeNextPod(situation)) return step;
  if (auto step = PatchNextPod(situation)) return step;
  const bool over = counts.to_update == 0 && counts.in_flight == 0 && counts.stand_ins == 0;
  return over ? Tidy(situation) : std::nullopt;
}

std::optional<Step> KeepSize(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (in_place.host() == nullptr) return workload::HandleScaling(situation);
  const bool may_return = in_place.phase() == InPlacePhase::kReturning ||
                          (in_place.phase() == InPlacePhase::kUnknown && IsOnlyLate(situation));
  return may_return ? KeepHostWhileReturning(situation)
                    : workload::KeepAtSize(situation, *in_place.host());
}

// Returns the step of Stage. If that step cannot be done, first returns the step that scales the
// host. Users must be able to scale even if a quota forbids the new ReplicaSet, or if the API
// server cannot call a webhook.
std::optional<Step> StageOrKeepSize(const workload::Situation& situation) {
  auto stage = Stage(situation);
  const bool fails = stage && std::holds_alternative<Failed>(*stage);
  if (fails || workload::IsCreateRefused(situation)) {
    if (auto step = KeepSize(situation)) return step;
  }
  return stage;
}

std::optional<Step> NextOfPhase(const workload::Situation& situation) {
  switch (InPlaceOf(situation).phase()) {
    case InPlacePhase::kDeciding:
      if (InPlaceOf(situation).replace_soon()) return KeepSize(situation);
      return StageOrKeepSize(situation);
    case InPlacePhase::kStaged: return NextStaged(situation);
    case InPlacePhase::kReturning: return NextReturning(situation);
    case InPlacePhase::kCommitting: return AfterExchange(situation);
    case InPlacePhase::kRefused:
      if (auto step = RemoveStandIns(situation, nullptr)) return step;
      return KeepSize(situation);
    case InPlacePhase::kUnknown: return KeepSize(situation);
    case InPlacePhase::kNone: return Tidy(situation);
    case InPlacePhase::kReplace: return std::nullopt;  // in this phase stand-ins are ordinary Pods
  }
  return std::nullopt;
}

bool IsOurs(InPlacePhase phase) {
  return phase != InPlacePhase::kNone && phase != InPlacePhase::kReplace;
}

// Returns true if the condition windlass.dev/InPlace reports the failure of a step. Returns false
// in phase deciding while the new ReplicaSet does not exist, because the write that creates it
// reports its own failure.
bool IsOursToTell(const workload::Situation& situation) {
  const InPlacePhase phase = InPlaceOf(situation).phase();
  return IsOurs(phase) &&
         (phase != InPlacePhase::kDeciding || situation.new_replica_set != nullptr);
}

// If the host can reach its desired size only later (Growth::whole is false), returns how far it
// can grow now. Returns nullopt in all other cases, and without a host. Also returns nullopt if the
// host is small only because all sizes together may not be above desired + surge. Example: 10
// desired, surge 1, host 8, stand-ins 3: nullopt, because 8 + 3 = 10 + 1.
std::optional<workload::Growth> HeldSize(const workload::Situation& situation) {
  const ReplicaSet* host = InPlaceOf(situation).host();
  if (host == nullptr) return std::nullopt;
  workload::Growth growth = workload::GrowthOf(situation, host, situation.limits.desired);
  return growth.whole ? std::nullopt : std::optional(std::move(growth));
}

// Called when nothing else can be done now. If a write of the status is due, returns it. Otherwise
// returns `end`, unless `end` is Wait and one of these applies:
//   - The host cannot have its desired size yet (HeldSize): returns Growth::then.
//   - A patch failed in this sync, and its next try is not scheduled (RefusedAndNotNoted): returns
//     a failure.
Step TellAndEnd(const workload::Situation& situation, workload::Progress progress, Step end) {
  std::optional<workload::Growth> held = HeldSize(situation);
  const auto status =
      held ? workload::WriteHeldUp(situation) : workload::WriteStatus(situation, progress);
  if (status && !WasSent(*status, situation.learned)) return *status;
  if (held && std::holds_alternative<Wait>(end)) end = std::move(held->then);
  // If a patch failed and its next try is not scheduled, the sync ends with the error, so that the
  // patch is tried again after back-off.
  const Error* refused = RefusedAndNotNoted(situation);
  if (refused != nullptr && std::holds_alternative<Wait>(end)) end = Failed{.error = *refused};
  return workload::NoLaterThanDeadline(situation, std::move(end));
}

// `failed` is the failure of a step. Ends the sync with `failed`, after a write of the status that
// shows users the message of `failed` in the condition windlass.dev/InPlace.
Step TellFailure(const workload::Situation& situation, workload::Progress progress, Failed failed) {
  workload::Situation told = situation;
  told.extension_state =
      std::make_shared<InPlaceState>(InPlaceStateOf(situation), failed.error.message);
  return TellAndEnd(told, progress, std::move(failed));
}

// Holds the ordinary rollout back while a Pod that looks ready is being restarted: that rollout
// would take down other Pods as well. Meanwhile Windlass only notes the decision, scales the
// workload and writes the status. Returns
//   - Wait while the Pods cannot be seen yet (IsLate)
//   - nullopt if no such Pod restarts, and always under Recreate, which removes all old Pods at
//     once
std::optional<Step> AwaitRestarts(const workload::Situation& situation) {
  if (situation.recreate()) return std::nullopt;
  if (IsLate(situation)) return Wait{};
  const LeftPods* left = InPlaceOf(situation).left();
  if (left == nullptr || !left->restarts) return std::nullopt;
  // The decision to replace Pods is noted at once, before the Pods are restarted (P-013).
  if (const ReplicaSet* rs = situation.new_replica_set) {
    auto note = workload::UpdateNewReplicaSet(situation, rs->replicas);
    if (note && !WasSent(*note, situation.learned)) return note;
  }
  auto step = workload::HandleScaling(situation);
  if (step && !WasSent(*step, situation.learned)) return step;
  return TellAndEnd(situation, workload::Progress::kEvaluate, Wait{});
}

}  // namespace

std::optional<Step> NextInPlace(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (auto step = MirrorAnnotations(situation)) return step;
  if (auto state = RestoreStates(situation)) return state;
  if (auto gate = OpenGates(situation)) return gate;
  auto step = EndDrains(situation);
  if (!step) step = NextOfPhase(situation);
  const Failed* failed = step ? std::get_if<Failed>(&*step) : nullptr;
  if (failed != nullptr && IsOursToTell(situation)) {
    return TellFailure(situation, workload::Progress::kEvaluate, *failed);
  }
  if (step && !WasSent(*step, situation.learned)) return step;
  if (!IsOurs(in_place.phase())) {
    if (auto told = TellLostNote(situation)) return told;
    if (auto told = TellBeforeRecreate(situation)) return told;
    return AwaitRestarts(situation);
  }
  if (in_place.phase() == InPlacePhase::kUnknown && IsOnlyLate(situation)) return Wait{};
  if (auto note = NoteRefusal(situation)) return note;
  const auto clean_up = workload::CleanUpHistory(situation);  // also during a rollout (RO-125)
  if (clean_up && !WasSent(*clean_up, situation.learned)) return clean_up;
  Step end = TellAndEnd(situation, workload::Progress::kEvaluate, Wait{});
  return LookAgainNoLater(std::move(end), NextSyncForNote(situation));
}

std::optional<Step> NextInPlaceWhilePaused(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (auto state = RestoreStates(situation)) return state;
  if (auto gate = OpenGates(situation)) return gate;
  if (auto end = EndDrains(situation)) return end;
  const bool decides = in_place.phase() == InPlacePhase::kDeciding && !in_place.replace_soon();
  if (!IsOurs(in_place.phase()) || decides) return std::nullopt;
  if (in_place.phase() == InPlacePhase::kUnknown && IsOnlyLate(situation)) return Wait{};
  if (in_place.phase() == InPlacePhase::kStaged || in_place.phase() == InPlacePhase::kReturning) {
    if (auto resize = ResizeNextPod(situation)) return resize;
  }
  auto step = KeepSize(situation);
  if (step && !WasSent(*step, situation.learned)) return step;
  // A user may remove in-place-unblock and set it again during one pause. Without this note, only
  // the second edit would be seen after the pause, as if the setting had never been removed
  // (P-062). A new try is noted after the pause, because its time begins with the note.
  if (in_place.phase() == InPlacePhase::kStaged && !in_place.held()) {
    const auto removed = NoteUnblockRemoved(situation);
    if (removed && !WasSent(*removed, situation.learned)) return removed;
  }
  const auto clean_up = workload::CleanUpHistory(situation);  // also during a rollout (RO-125)
  if (clean_up && !WasSent(*clean_up, situation.learned)) return clean_up;
  return TellAndEnd(situation, workload::Progress::kPaused, Wait{});
}

// In the phases refused and unknown, only a rollback leads here. Before a rollback, the planner
// makes a ReplicaSet for the present template, which gives the template a revision. A template that
// policy Only refuses must get none.
std::optional<Step> NextInPlaceBeforeCreation(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const bool may_be_refused =
      in_place.phase() == InPlacePhase::kUnknown && in_place.options().policy == Policy::kOnly;
  if (in_place.phase() == InPlacePhase::kRefused || may_be_refused) return Wait{};
  return std::nullopt;
}

std::optional<Step> NextInPlaceWhileHeld(const workload::Situation& situation) {
  if (auto gate = OpenGates(situation)) return gate;
  if (auto drain = EndDrains(situation)) return drain;
  const ReplicaSet* host = InPlaceOf(situation).host();
  auto size =
      host != nullptr ? workload::KeepAtSize(situation, *host) : workload::HandleScaling(situation);
  if (size && !WasSent(*size, situation.learned)) return size;
  // If an abort has no revision to go back to, the status may count the Pods themselves instead of
  // adding up the counters of ReplicaSets. While the Pods are loading, this returns Wait, which
  // keeps the planner from writing the status.
  const bool waits = workload::HasNothingToFollow(situation) && IsOnlyLate(situation);
  return waits ? std::optional<Step>(Wait{}) : std::move(size);
}

Step TryPodsAgain(const workload::Situation& situation, Step end) {
  Wait* wait = std::get_if<Wait>(&end);
  const auto& pods = InPlaceOf(situation).pods;
  const bool waits = pods && pods->waits_for_next_try();
  if (wait == nullptr || situation.refused || waits) return end;
  const Error* refused = RefusedOfPods(situation.learned);
  if (refused == nullptr) return end;
  return Failed{
      .error = *refused, .events = std::move(wait->events), .look_again_in = wait->look_again_in};
}

}  // namespace windlass::in_place
