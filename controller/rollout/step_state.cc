#include "controller/rollout/step_state.h"

#include <algorithm>
#include <utility>

#include "controller/rollout/carried.h"
#include "controller/rollout/decisions.h"
#include "controller/rollout/reasons.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/proven.h"
#include "controller/workload/status/create_failure.h"
#include "controller/workload/status/progress.h"
#include "controller/workload/status/refused_write.h"
#include "controller/workload/status/status.h"
#include "controller/workload/workload_kind.h"

namespace windlass::rollout {
namespace {

using workload::Situation;

struct UpdatedPods {
  int32_t updated = 0;
  int32_t available = 0;
};

// Counts the Pods of the new revision. During an update in place, these Pods belong to the
// ReplicaSet of the old revision, so CountedPods has the numbers. It leaves out stand-ins (extra
// Pods that replace a Pod while it restarts), because Windlass removes them again.
UpdatedPods CountUpdated(const Situation& situation) {
  if (const auto& counted = situation.extended.counted) return {counted->patched, counted->proven};
  const ReplicaSet* rs = situation.new_replica_set;
  if (rs == nullptr) return {};
  const workload::ReplicaSetSize size = workload::SizeOf(*rs);
  return {std::min(std::max(rs->status.replicas, 0), size.replicas), size.available};
}

// Returns true if the requested template was complete once:
//   - the template has the same text as the stable template, or
//   - a note on the template's ReplicaSet says so (RO-121). Examples: a rollback wrote the template
//     with the API server's defaults, so its text differs from that of the stable template; or the
//     template was complete before another revision became stable
bool IsOfProvenTemplate(const Situation& situation, const RolloutOwn& own) {
  if (own.stable_template == situation.workload.requested_template) return true;
  const ReplicaSet* rs = situation.new_replica_set;
  return rs != nullptr && workload::IsProven(situation, *rs);
}

// Returns the RolloutOwn in `carried`. If the new ReplicaSet has the revision of the stored step,
// that step belongs to the requested template, and the returned step names this template. The
// stored step may name the same template in another form, for example with all defaults.
RolloutOwn OwnNow(const Situation& situation, const KindStatus& carried) {
  RolloutOwn own = ReadOwn(carried);
  const ReplicaSet* rs = situation.new_replica_set;
  if (own.step && rs != nullptr && workload::RevisionOf(rs->meta) == own.step->revision) {
    own.step->template_id = situation.workload.requested_template;
  }
  return own;
}

// Returns true if there is no other revision that Pods could stay at or return to. All of these
// must hold:
//   - no old ReplicaSet has a size above 0
//   - no other revision is known to have been complete
//   - there is no stable revision. A stable revision whose ReplicaSet a user deleted still counts,
//     because the deletion does not show that the new revision works
bool IsFirst(const Situation& situation, const RolloutOwn& own) {
  return workload::TotalReplicas(situation.old) == 0 &&
         workload::FindProvenOther(situation) == nullptr && !own.stable_revision;
}

// Returns false while the Pods of an update in place cannot be seen, for example after a start of
// Windlass. The sizes of ReplicaSets do not help, because updated Pods belong to the ReplicaSet of
// the old revision.
bool CanCount(const Situation& situation) {
  return situation.extended.activity != Activity::kUnseen;
}

StepFacts FactsOf(const Situation& situation, Steps steps) {
  const Workload& workload = situation.workload;
  RolloutOwn own = OwnNow(situation, workload.status.carried);
  const bool was_complete = IsOfProvenTemplate(situation, own);
  const bool is_first = IsFirst(situation, own);
  const UpdatedPods pods = CountUpdated(situation);
  return {.steps = steps,
          .stored = std::move(own.step),
          .template_id = workload.requested_template,
          .revision = workload::RevisionToBe(situation),
          .was_complete = was_complete,
          .is_first = is_first,
          .desired = workload.replicas,
          .updated = pods.updated,
          .available = pods.available,
          .can_count = CanCount(situation),
          .promote = workload.meta.annotations.Find(kPromote).value_or(std::string_view()),
          .now = situation.now};
}

bool HasSteps(const Situation& situation, Steps steps) {
  const Workload& workload = situation.workload;
  return !steps.empty() && !situation.recreate() && workload.strategy_error.empty() &&
         !workload.follow_revision;
}

// Returns true if `stored` and `step` have the same template and index. The revision is not
// compared: its number may have risen since `stored` was written.
bool IsStoredAs(const std::optional<RolloutStepStatus>& stored, const RolloutStepStatus& step) {
  return stored && stored->template_id == step.template_id && stored->index == step.index;
}

// Makes Progressing in `conditions` say that the rollout is at a pause. If the stored Progressing
// says the same, uses the stored one unchanged, with its times: the planner may have replaced it in
// `conditions` when a Pod became ready.
void ShowPause(const Situation& situation, std::string text, std::vector<Condition>& conditions) {
  Condition paused = workload::Progressing(situation, "Unknown", kPausedAtStep, std::move(text));
  const Condition* stored =
      FindCondition(situation.workload.status.conditions, workload::kProgressing);
  if (stored != nullptr && stored->status == paused.status) {
    paused.last_transition_time = stored->last_transition_time;
    if (stored->reason == paused.reason && stored->message == paused.message) paused = *stored;
  }
  const auto present = std::ranges::find_if(conditions, [](const Condition& condition) {
    return condition.type == workload::kProgressing;
  });
  if (present == conditions.end()) {
    conditions.push_back(std::move(paused));
  } else {
    *present = std::move(paused);
  }
}

// If the stored Progressing says that the rollout is at a pause, makes Progressing in `conditions`
// say that the rollout goes on. Does so only if the reason in `conditions` is one of these:
//   - kPausedAtStep
//   - kExceededReason: the planner counted the time of the pause, and so found the deadline
//     exceeded
void ShowEndOfPause(const Situation& situation, std::vector<Condition>& conditions) {
  const Condition* stored =
      FindCondition(situation.workload.status.conditions, workload::kProgressing);
  if (stored == nullptr || stored->reason != kPausedAtStep) return;
  const Condition* present = FindCondition(conditions, workload::kProgressing);
  if (present == nullptr) return;
  if (present->reason == kPausedAtStep || present->reason == workload::kExceededReason) {
    workload::RefreshCondition(conditions, workload::Moving(situation));
  }
}

// Returns a text such as "Partition: 7 of 10 Pods keep the old revision until
// spec.strategy.partition is lowered".
std::string PartitionText(const Situation& situation) {
  if (situation.workload.replicas == 0) {
    return "Partition: spec.replicas is 0. Once there are Pods, spec.strategy.partition keeps some "
           "on "
           "the old revision";
  }
  // The number of Pods that stay old is the sum of the sizes of the old ReplicaSets. Their existing
  // Pods are not counted, because a lost Pod comes back in the old revision.
  const auto& counted = situation.extended.counted;
  const int64_t updated = counted ? counted->proven : 0;
  const int64_t kept = workload::TotalReplicas(situation.old) - updated;
  return "Partition: " + std::to_string(kept) + " of " + std::to_string(situation.limits.desired) +
         " Pods keep the old revision until spec.strategy.partition is lowered";
}

// Returns a text such as "1 of 2 updated Pods is available".
std::string AvailableText(const Situation& situation, const StepState& state) {
  const int32_t due = state.updated_max;
  const int32_t available = std::min(CountUpdated(situation).available, due);
  return std::to_string(available) + " of " + std::to_string(due) + " updated Pods " +
         (available == 1 ? "is" : "are") + " available";
}

// Returns a text such as ". With 1 replica, no Pod gets revision 8. To test revision 8, scale up.
// To go on without a test, set annotation windlass.dev/promote to 2@8/force".
std::string NoCanaryText(const Situation& situation, Steps steps, const RolloutStepStatus& step) {
  const bool is_pause = steps[static_cast<size_t>(step.index - 1)].pause || step.shortened_from > 0;
  const int32_t replicas = situation.workload.replicas;
  const std::string revision = std::to_string(step.revision);
  return ". With " + std::to_string(replicas) + (replicas == 1 ? " replica" : " replicas") +
         ", no Pod gets revision " + revision + ". To test revision " + revision +
         ", scale up. To go on without a test, set annotation " + std::string(kPromote) + " to " +
         (is_pause ? PromoteText(step) : PromoteAllText(step)) + std::string(kForce);
}

// Makes Progressing in `conditions` say whether the rollout is at a pause once `state` is in force.
void ShowProgress(const Situation& situation, Steps steps, const std::optional<StepState>& state,
                  std::vector<Condition>& conditions) {
  if (state && state->pauses) {
    const std::string why =
        state->no_canary ? NoCanaryText(situation, steps, state->step) : std::string();
    ShowPause(situation, StepText(situation, steps, state->step) + why, conditions);
  } else {
    ShowEndOfPause(situation, conditions);
  }
}

}  // namespace

bool IsOfProven(const Situation& situation) {
  return IsOfProvenTemplate(situation, ReadOwn(situation.workload.status.carried));
}

std::optional<StepState> StepsOf(const Situation& situation, Steps steps) {
  if (!HasSteps(situation, steps)) return std::nullopt;
  return StepNow(FactsOf(situation, steps));
}

bool RestsAtPartition(const Situation& situation, Steps steps) {
  const Workload& workload = situation.workload;
  const ReplicaSet* rs = situation.new_replica_set;
  const int32_t kept = situation.limits.kept_old();
  // At 0 replicas, the partition keeps no Pod now. It will keep some when the Rollout is scaled up,
  // so the new revision is not rolled out.
  const bool sleeps = workload.replicas == 0 && situation.limits.holds_back() &&
                      !IsOfProven(situation) && workload::FindProvenOther(situation) != nullptr;
  if (rs == nullptr || (kept == 0 && !sleeps) || !steps.empty() || situation.recreate() ||
      workload.paused || workload.follow_revision || !workload.strategy_error.empty()) {
    return false;
  }
  if (sleeps) return true;
  if (const auto& counted = situation.extended.counted) return counted->rests_at_limit;
  const workload::ReplicaSetSize size = workload::SizeOf(*rs);
  const int64_t of_old = workload::TotalReplicas(situation.old);
  const int32_t desired = situation.limits.desired;
  return of_old > 0 && size.replicas + of_old == desired && size.replicas >= desired - kept &&
         size.available == size.replicas;
}

std::string StepText(const Situation& situation, Steps steps, const RolloutStepStatus& step) {
  const std::string total = std::to_string(step.total);
  const std::string revision = "revision " + std::to_string(step.revision);
  if (step.index > step.total) {
    return "All " + total + " steps are over: every Pod gets " + revision;
  }
  std::string number = "Step " + std::to_string(step.index) + " of " + total;
  const bool cut = step.shortened_from > 0;
  if (cut) {
    number += " (it was step " + std::to_string(step.shortened_from) + " of a longer list)";
  }
  number += ": ";
  const RolloutStep& what = steps[static_cast<size_t>(step.index - 1)];
  if (what.pause && what.duration && !cut) return number + "pause for " + *what.duration;
  if (what.pause || cut) {
    return number + "pause until annotation " + std::string(kPromote) + " says " +
           PromoteText(step);
  }
  const int32_t desired = situation.workload.replicas;
  StepFacts facts = FactsOf(situation, steps);
  facts.stored = step;
  const int32_t most = StepNow(facts).updated_max;  // below `desired` if an old Pod stays
  const int32_t pods = what.set_updated ? std::min(UpdatedBy(*what.set_updated, desired), most) : 0;
  return number + std::to_string(pods) + " of " + std::to_string(desired) + " Pods get " + revision;
}

std::optional<Step> BeginStep(const Situation& situation, Steps steps) {
  if (situation.extended.refused || !HasSteps(situation, steps)) return std::nullopt;
  StepFacts facts = FactsOf(situation, steps);
  const StepState state = StepNow(facts);
  const bool begins = !state.done() && !IsStoredAs(facts.stored, state.step);
  if (!state.next && !begins) return std::nullopt;
  const RolloutStepStatus due = state.next ? *state.next : state.step;

  const Workload& workload = situation.workload;
  // If the write of the step failed, the sync ends: otherwise a Pod would be updated before its
  // step is stored. Exceptions:
  //   - The API server refused the write. A policy that refuses the status stops no rollout
  //     (EndIfStatusLost).
  //   - The API server could not call a webhook, and there is a proven revision. The outage must
  //     not hold up a correction. Without a proven revision, the sync ends: a later sync might take
  //     this rollout for the first one and skip the pauses.
  RolloutOwn own = ReadOwn(workload.status.carried);
  const bool proven = own.stable_revision || workload::FindProvenOther(situation) != nullptr;
  if (auto end = workload::EndIfStatusLost(workload, situation.learned, !proven)) return end;
  const bool is_new = !facts.stored || facts.stored->template_id != due.template_id;
  own.step = facts.stored = due;
  // The write has the counters, too, because users look at them as soon as a pause begins.
  StatusDraft draft{
      .status = CanCount(situation) ? workload::CountUnobserved(situation) : workload.status,
      .now = situation.now};
  draft.status.carried = KindStatus(own);
  // At the first step of a new template, PodsStuck is about Pods of an earlier template (RO-144).
  if (is_new) workload::RemoveCondition(draft.status.conditions, kPodsStuck);
  // Pods of the previous step may have become available. This is progress, and must be noted now:
  // this write stores the new counters, so a later sync sees no change of the counters.
  workload::RenewIfMoved(situation, draft.status);
  ShowProgress(situation, steps, StepNow(facts), draft.status.conditions);
  const std::string reason = due.index > due.total ? "StepsDone" : "StepBegun";
  const std::string text = StepText(situation, steps, due);
  return workload::UnlessTried(situation,
                               Write{.request = workload.kind.WriteStatus(workload, draft),
                                     .because = {decisions::kBeginStep,
                                                 {{"step", due.index},
                                                  {"steps", due.total},
                                                  {"revision", due.revision},
                                                  {"updated", facts.updated},
                                                  {"available", facts.available}}},
                                     .on_success = {{Event::Type::kNormal, reason, text}}});
}

void ShowSteps(const Situation& situation, Steps steps, WorkloadStatus& status) {
  const Workload& workload = situation.workload;
  RolloutOwn own = OwnNow(situation, status.carried);
  const std::optional<StepState> state = StepsOf(situation, steps);
  const bool stands = workload.paused || situation.extended.refused;
  const bool is_other = own.step && own.step->template_id != workload.requested_template;
  // False if Windlass cannot tell whether the stored step belongs to the requested template,
  // because the step may name that template in another form, with all defaults. Only the defaults
  // show this, and Windlass does not ask for them while the Rollout is paused.
  const bool judged = situation.wanted.known || !workload.paused;
  // If the strategy has an error, its steps are not known. The stored step stays, so that the
  // rollout goes on there once the strategy is corrected (RO-055). It stays even during an abort.
  // Example: at a pause all Pods are updated, and a user aborts and then ends the abort. Without
  // the step, the revision would become stable without a promotion. Exception: an abort that an
  // update in place carries out (`counted`) removes the step (RO-095).
  const bool goes_back = workload.follow_revision && !stands && situation.extended.counted;
  const bool hidden = !workload.strategy_error.empty() && !goes_back;
  const bool drops = (stands || hidden) && is_other && judged;
  if ((!state && !hidden) || drops) {
    own.step.reset();
  } else if (state && (!stands || (workload.paused && judged && own.step && !is_other))) {
    own.step = state->step;  // even while paused, so that a dying canary is seen (RO-131)
  }
  own.waits_for.clear();
  own.holds_at_step = state && !state->done();
  if (state && state->lacks_pods && !stands) {
    own.waits_for = StepText(situation, steps, state->step) +
                    ", which cannot end yet: " + AvailableText(situation, *state);
  }
  status.carried = KindStatus(own);
  if (stands) {
    // Without a deadline, only a pause sets Progressing, and no other code removes it.
    if (!situation.has_progress_deadline()) {
      workload::RemoveCondition(status.conditions, workload::kProgressing);
    }
    return;
  }
  ShowProgress(situation, steps, state, status.conditions);
  if (RestsAtPartition(situation, steps)) {
    ShowPause(situation, PartitionText(situation), status.conditions);
  }
}

}  // namespace windlass::rollout
