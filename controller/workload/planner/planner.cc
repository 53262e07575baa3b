#include "controller/workload/planner/planner.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "controller/workload/actions/history_clean_up.h"
#include "controller/workload/actions/pause.h"
#include "controller/workload/actions/recreate.h"
#include "controller/workload/actions/rollback.h"
#include "controller/workload/actions/rollback_answer.h"
#include "controller/workload/actions/rolling_update.h"
#include "controller/workload/actions/scale.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/ownership/adopt_release.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/revisions/followed_revision.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/revisions/uncached_parts.h"
#include "controller/workload/sizes/room_to_grow.h"
#include "controller/workload/status/answered_rollback.h"
#include "controller/workload/status/deadline.h"
#include "controller/workload/status/no_cache_room.h"
#include "controller/workload/status/overlap.h"
#include "controller/workload/status/refused_spec.h"
#include "controller/workload/status/refused_write.h"
#include "controller/workload/status/status.h"
#include "controller/workload/status/unreadable_object.h"

namespace windlass::workload {
namespace {

// Returns the next step for a workload that is being deleted. The step creates, scales and deletes
// no ReplicaSet (D-055). Returns the first of these that is due:
//   1. a write of annotations and minReadySeconds of the new ReplicaSet
//   2. the status write, which has to observe the generation
//   3. Wait
Step NextWhileDeleting(const Situation& situation) {
  if (situation.new_replica_set != nullptr) {
    if (auto step = UpdateNewReplicaSet(situation, situation.new_replica_set->replicas))
      return *step;
  }
  if (auto step = WriteStatus(situation, Progress::kKeep)) return *step;
  return Wait{};
}

Step NextRollout(const Situation& situation) {
  if (auto step = RefuseAndTellStrategy(situation)) return *step;
  Step then = Wait{};
  if (situation.recreate()) {
    RecreateStep recreate = NextRecreate(situation);
    if (recreate.step) return *recreate.step;
    then = std::move(recreate.then);
  } else if (auto step = NextRollingUpdate(situation)) {
    return *step;
  } else {
    then = WaitForRoom(situation);
  }
  if (auto step = CleanUpHistory(situation)) return *step;
  const auto status = WriteStatus(situation, Progress::kEvaluate);
  if (status && !WasSent(*status, situation.learned)) return *status;
  return NoLaterThanDeadline(situation, std::move(then));
}

// Returns the status write of a sync that has nothing else to do, in one of two cases:
//   - The planner would repeat a write of this sync, because the API server did not keep it. The
//     rollout cannot go on, but the status must be kept up to date.
//   - The rollout is aborted, and Pods have no ReplicaSet to go back to (RO-032).
// Returns Wait if the status is up to date, or if this sync has sent it already.
Step TellAllTheSame(const Situation& situation) {
  const bool paused = situation.workload.paused;
  const auto status = WriteStatus(situation, paused ? Progress::kPaused : Progress::kEvaluate);
  if (status && !WasSent(*status, situation.learned)) return *status;
  return paused ? Step(Wait{}) : NoLaterThanDeadline(situation, Wait{});
}

// Returns the next write of the note kAborted (RO-095); nullopt if none is due. The note is for two
// ReplicaSets: that of the published revision (Workload::revision), and that of the workload's
// template. They are the same ReplicaSet if the number of the template is published. Leaves out a
// ReplicaSet
//   - that has the note already, or has no number
//   - to which this sync has sent the note in vain (UnlessInVain)
std::optional<Step> NoteAborted(const Situation& situation) {
  const Workload& workload = situation.workload;
  for (const ReplicaSet* rs : {FindPublished(workload, situation.all),
                               FindNewReplicaSet(workload, situation.all, situation.learned)}) {
    if (rs == nullptr || NumberOf(workload, *rs) < 1 || WasAborted(workload, *rs)) continue;
    ReplicaSetChange change;
    change.annotations[std::string(kAborted)] = AbortedNote(workload, *rs);
    auto write = UnlessInVain(
        situation, Write{.request = PatchReplicaSet(*rs, change),
                         .because = {decisions::kNoteAborted, {{"replicaset", rs->meta.name}}},
                         .go_on_if_refused = true});
    if (write) return write;
  }
  return std::nullopt;
}

// Returns the next step for an aborted rollout whose Pods have no ReplicaSet to go back to
// (RO-032). No Pod moves to another revision. Windlass notes the abort on ReplicaSets, gives
// traffic back to Pods that the extension took out, and keeps the workload at its size.
Step NextWithoutTarget(const Situation& situation) {
  auto step = NoteAborted(situation);
  if (!step) step = situation.extension().Next(situation, Moment::kWhileHeld);
  if (!step) step = HandleScaling(situation);
  return step ? *step : TellAllTheSame(situation);
}

Step NextOfPaused(const Situation& situation) {
  if (HasNothingToFollow(situation)) return NextWithoutTarget(situation);
  if (auto step = situation.extension().Next(situation, Moment::kWhilePaused)) return *step;
  return NextWhilePaused(situation);
}

Step NextWhileRunning(const Situation& situation) {
  const auto resumed = AcknowledgeResume(situation);
  if (resumed && !WasSent(*resumed, situation.learned)) return *resumed;
  if (auto step = ConfirmTemplateChanged(situation)) return *step;
  if (auto step = HandleRollback(situation)) return *step;
  if (HasNothingToFollow(situation)) return NextWithoutTarget(situation);
  if (auto step = situation.extension().Next(situation, Moment::kWhileRunning)) return *step;
  if (auto step = HandleScaling(situation)) return *step;
  return NextRollout(situation);
}

// Returns the next step if the API server has refused an adoption, a release, or a write after
// which the planner makes no further decision in this sync (EndOfWalk):
//   - first the status write, if the status has to change, and this sync has sent no status since
//     the first refusal
//   - then the failure
// Requires situation.refused.
Step EndWithRefusal(const Situation& situation) {
  const Workload& workload = situation.workload;
  const Outcome* refused = EndOfWalk(workload, situation.learned);
  const bool tidies = refused != nullptr && refused->asked.verb == Verb::kDelete;
  if (!WasRefusalTold(workload, situation.learned)) {
    const Progress progress = workload.paused ? Progress::kPaused : Progress::kEvaluate;
    auto status = tidies ? WriteStatus(situation, progress) : WriteHeldUp(situation);
    if (Write* write = status ? std::get_if<Write>(&*status) : nullptr) {
      write->go_on_if_refused = true;  // a 409 to this write must not replace the failure below
      return *std::move(status);
    }
  }
  Step end = Failed{.error = *situation.refused};
  const bool timed = !workload.paused && !workload.meta.deleting();
  return timed ? NoLaterThanDeadline(situation, std::move(end)) : end;
}

// Returns the step of EndWithRefusal. If that step ends the sync, the extension may let the next
// sync begin before the back-off is over, because some of its steps may be due at fixed times.
Step EndRefused(const Situation& situation) {
  return situation.extension().End(situation, EndWithRefusal(situation));
}

// Returns `end`, the next step of the sync. If `end` is Wait, returns a failure in two cases, so
// that Windlass tries the write again after back-off:
//   - The API server has refused a patch or deletion of a ReplicaSet (RefusedWrite) or a write of
//     the extension (Extended::refused_write) in this sync.
//   - The API server did not keep a size (WhyNotKept).
Step TryAgain(const Situation& situation, Step end) {
  Wait* wait = std::get_if<Wait>(&end);
  if (wait == nullptr || !situation.refused) return end;
  return Failed{.error = *situation.refused,
                .events = std::move(wait->events),
                .look_again_in = wait->look_again_in};
}

// The status of a ReplicaSet is unsure while it may count Pods that are gone (MayCountRemovedPods).
// Meanwhile a rolling update removes fewer old Pods than it could. Returns how long until the first
// unsure status is sure again. Returns nullopt if each status is sure, or if the old ReplicaSets
// have size 0.
std::optional<Duration> UntilCountsAreSure(const Situation& situation) {
  if (TotalReplicas(situation.old) == 0) return std::nullopt;
  std::optional<Duration> soonest;
  for (const ReplicaSet* rs : situation.all) {
    if (!MayCountRemovedPods(*rs)) continue;
    const Duration since = situation.now - rs->told.observed_since.value_or(situation.now);
    const Duration rest = std::max<Duration>(kPodsAreCountedWithin - since, seconds(1));
    soonest = std::min(soonest.value_or(rest), rest);
  }
  return soonest;
}

// Returns the next step. `view` must contain the parts of the workload that the cache does not keep
// and that this sync has read (uncached_parts.h).
Step DecideOn(const View& view, const Learned& learned, WallTime now) {
  if (auto event = WhyUnreadable(view)) return Wait{.events = {*event}};
  if (auto step = RefuseLeftOut(view, learned, now)) return *step;
  if (auto step = RefuseSelector(view.workload, learned, now)) return *step;
  const Claims claims = ClaimReplicaSets(view);
  if (EndOfWalk(view.workload, learned) != nullptr)
    return EndRefused(MakeSituation(view, claims, learned, now));
  if (auto step = ReadPartsNeededNow(view, claims, learned)) return *step;
  if (auto step = SettleOwnership(view, claims, learned)) {
    Failed* failed = std::get_if<Failed>(&*step);
    if (failed == nullptr || !IsRefusal(failed->error.kind)) return *step;
    Situation situation = MakeSituation(view, claims, learned, now);
    situation.refused = std::move(failed->error);
    situation.not_kept = false;
    return EndRefused(situation);
  }
  const Situation situation = MakeSituation(view, claims, learned, now);
  if (view.workload.meta.deleting()) return NextWhileDeleting(situation);
  if (auto step = ForgetAnsweredRollback(situation)) return *step;
  if (auto step = situation.extension().Next(situation, Moment::kRecover)) return *step;

  Step step = situation.workload.paused ? NextOfPaused(situation) : NextWhileRunning(situation);
  if (WasSent(step, learned)) step = TellAllTheSame(situation);
  step = situation.extension().End(situation, std::move(step));
  step = LookAgainNoLater(std::move(step), UntilOverlapIsTold(situation));
  step = LookAgainNoLater(std::move(step), UntilCountsAreSure(situation));
  step = ClearAnswered(situation, std::move(step));
  step = LookAgainNoLater(std::move(step), UntilClearedAgain(situation));
  return TryAgain(situation, std::move(step));
}

// Returns true if the workload wants Pods, and none of its ReplicaSets has an available one, as
// before its first rollout. The back-off after a failure then grows to one minute at most
// (Failed::is_urgent). Without this rule it could grow to five minutes (AfterError).
bool WaitsForFirstPod(const View& view) {
  return view.workload.replicas > 0 &&
         std::ranges::none_of(view.replica_sets, [](const ReplicaSet* rs) {
           return rs->status.available_replicas > 0;
         });
}

Step Decide(const View& view, const Learned& learned, WallTime now) {
  const OwnParts parts = PartsRead(view.workload, learned);
  if (!parts.template_json && !parts.large_values) return DecideOn(view, learned, now);
  View whole = view;
  if (parts.template_json) whole.workload.template_json = &*parts.template_json;
  if (parts.large_values) whole.workload.large_values = &*parts.large_values;
  return DecideOn(whole, learned, now);
}

}  // namespace

Situation MakeSituation(const View& view, const Claims& claims, const Learned& learned,
                        WallTime now) {
  Situation situation{.view = view, .workload = view.workload, .learned = learned, .now = now};
  situation.all = claims.ours;
  const bool follows = situation.workload.follow_revision.has_value();
  situation.new_replica_set = follows ? FindFollowed(situation.workload, claims.ours)
                                      : FindNewReplicaSet(situation.workload, claims.ours, learned);
  std::copy_if(claims.ours.begin(), claims.ours.end(), std::back_inserter(situation.old),
               [&](const ReplicaSet* rs) { return rs != situation.new_replica_set; });
  situation.limits = situation.workload.limits;
  situation.wanted = FindWantedTemplate(situation.workload, FindWanted(situation));
  situation.refused = RefusedWrite(situation.workload, learned);
  if (!situation.refused) {
    situation.refused = WhyNotKept(situation);
    situation.not_kept = situation.refused.has_value();
  }
  if (follows) situation.limits.updated_max = kUnlimited;  // no step or partition counts (RO-031)
  situation.extension().Look(situation);
  if (!situation.refused) situation.refused = situation.extended.refused_write;
  if (HasNothingToFollow(situation)) {
    situation.extended.refused = NothingToFollow(situation);
  }
  return situation;
}

Step Next(const View& view, const Learned& learned, WallTime now) {
  Step step = Decide(view, learned, now);
  if (WasSent(step, learned)) step = Wait{};
  const bool ends = std::holds_alternative<Wait>(step) || std::holds_alternative<Failed>(step);
  if (ends) {
    step = UnlessStatusRefused(view.workload, learned, std::move(step));
    if (Failed* failed = std::get_if<Failed>(&step)) failed->is_urgent = WaitsForFirstPod(view);
    return step;
  }
  // Pods become ready while the requests of a sync are on their way, and the planner may answer
  // each change with one more request. Without this limit, the sync could last as long as the
  // rollout.
  if (learned.size() >= kRequestsPerSyncMax && !TellsOfRefusal(view.workload, step, learned)) {
    return Wait{.look_again_in = kNextSyncAfter};
  }
  return step;
}

}  // namespace windlass::workload
