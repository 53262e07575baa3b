#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/planner.h"
#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/words.h"
#include "controller/replication_controller/writes.h"
#include "kubeclient/base/fill.h"

namespace windlass::replication_controller {
namespace {

constexpr Decision kDropScaling{"drop scaling"};

struct Facts {
  const ReplicationController& source;
  const ReplicationController& target;
  Goal goal;
  Availability availability;
  TwoCounts counts{source.replicas, target.replicas, availability.available};
};

// Returns "web-2 has 3 of 10 replicas, 2 of them available; web has 7 left".
std::string Progress(const Facts& facts) {
  return Fill("{} has {} of {} replicas, {} of them available; {} has {} left",
              facts.target.meta.name, facts.target.replicas, facts.goal.desired,
              facts.availability.available, facts.source.meta.name, facts.source.replicas);
}

// Returns the time from which spec.updatePeriod counts. While a scaling is stored but not yet
// confirmed, this time is now: after a crash, the scaling may be made much later than the stored
// time (RC-18).
WallTime LastScaleTime(const Situation& situation) {
  return situation.run.scaling ? situation.now : situation.run.last_scale_time;
}

Step TimeOut(const Situation& situation) {
  return Fail(situation, kTimedOut, "timed out waiting for any update progress to be made");
}

// Returns a draft that shows how far the update is. After a scaling, a pause, or anything else that
// held the update up, the deadline counts from now.
StatusDraft DraftOfProgress(const Situation& situation, const Facts& facts) {
  StatusDraft draft = BeginDraftOfSizes(situation, facts.goal.desired);
  const bool was_held = draft.phase != kProgressing && draft.phase != kCleaningUp;
  if (was_held || situation.run.scaling || draft.deadline.IsZero()) {
    draft.deadline = situation.deadline_from_now();
  }
  draft.last_scale_time = LastScaleTime(situation);
  draft.available_replicas = facts.availability.available;
  SetPhase(situation, draft, kProgressing, kProgressing, Progress(facts));
  return draft;
}

// Returns true if a stored scaling may still be made:
//   - In the direction of the update (target up, source down): if the Pods and limits still allow
//     it. New Pods may be unavailable again, or maxSurge or maxUnavailable lowered.
//   - Against that direction: always, because the scaling undoes a change by the API server
//     (TellNotKept). Example: Windlass scaled the target from 1 to 2, and a policy made it 5. The
//     stored scaling is now 5 to 2.
bool IsStillDue(const Situation& situation, const Facts& facts,
                const ReplicationController& controller) {
  const int32_t to = ExpectedSize(situation, controller);
  const bool up = &controller == &facts.target;
  if (up != (to > controller.replicas)) return true;
  const std::optional<int32_t> allowed =
      up ? ScaleUp(facts.counts, facts.goal) : ScaleDown(facts.counts, facts.goal);
  return allowed && (up ? *allowed >= to : *allowed <= to);
}

// Returns true if the last write of this sync was `fence`, sent for an earlier version of the
// controller. The controller then has another version, as intended, even if a webhook has removed
// the annotation.
bool HasRaisedVersion(const Situation& situation, const Request& fence) {
  const Learned& learned = situation.learned;
  const auto last = std::find_if(learned.rbegin(), learned.rend(), [](const Outcome& outcome) {
    return Mutates(outcome.asked.verb);
  });
  return last != learned.rend() && last->decided == kDropScaling && last->said.ok() &&
         last->asked.resource == fence.resource() && last->asked.key == fence.key() &&
         !(last->asked == fence.Identity());
}

// Returns the write that gives the controller another version before a stored scaling is dropped.
// The request of that scaling may still be on the way. It names the earlier version, so it fails
// after this write. Returns nullopt if
//   - the controller has the annotation of this write
//   - or the controller got another version by this write (HasRaisedVersion)
// If a webhook drops the whole write, the version stays. The update reports this (Effect), and goes
// on once the webhook is gone.
std::optional<Step> FenceDropped(const Situation& situation,
                                 const ReplicationController& controller) {
  // Every stored scaling adds a line, so the number of lines identifies the scaling.
  const std::string fence = "without-line-" + std::to_string(situation.run.line_count);
  if (Annotation(controller, kTermAnnotation) == fence) return std::nullopt;
  Request touch = Annotate(controller, {{kTermAnnotation, fence}});
  if (HasRaisedVersion(situation, touch)) return std::nullopt;
  return Effect(situation, std::move(touch),
                {kDropScaling, {{"controller", controller.meta.name}}});
}

// Called if a scaling is stored that makes the target larger, but the source still has Pods above
// its size, which take the room. Returns the step that keeps the scaling stored and waits for
// kube-controller-manager. If the deadline has passed, returns the step that fails the update.
// Example: 4 Pods, and maxSurge 1. An autoscaler made the source 5 and then 4 again. The fifth Pod
// of the source takes the room until it is deleted (I-72).
Step WaitForSource(const Situation& situation, const Facts& facts) {
  StatusDraft draft = BeginDraft(situation);
  if (draft.phase != kProgressing) {
    draft.deadline = situation.deadline_from_now();
    SetPhase(situation, draft, kProgressing, kProgressing, Progress(facts));
  }
  if (situation.now > draft.deadline) return TimeOut(situation);
  return StoreOrWait(situation, draft, Wait{draft.deadline + seconds(1) - situation.now});
}

// Returns the write that makes the stored scaling.
Step MakeScaling(const Situation& situation, const Facts& facts,
                 const ReplicationController& controller) {
  const int32_t to = ExpectedSize(situation, controller);
  const bool up = to > controller.replicas;
  return Resize(situation, controller, to,
                {up ? Decision{"scale up replicationcontroller"}
                    : Decision{"scale down replicationcontroller"},
                 {{"controller", controller.meta.name},
                  {"from", controller.replicas},
                  {"to", to},
                  {"desired", facts.goal.desired},
                  {"available", facts.availability.available},
                  {"min_available", facts.goal.min_available},
                  {"max_total", facts.goal.max_total}}});
}

// Returns the write that stores a scaling. MakeScaling makes this scaling in the next step.
Step StoreScaling(const Situation& situation, const Facts& facts,
                  const ReplicationController& controller, int32_t to) {
  StatusDraft draft = DraftOfProgress(situation, facts);
  const bool up = to > controller.replicas;
  std::string line = up ? Fill("Scaling {} up to {}", controller.meta.name, to)
                        : Fill("Scaling {} down to {}", controller.meta.name, to);
  const bool is_old = &controller == situation.old_controller();
  (is_old ? draft.old_replicas : draft.new_replicas) = to;
  draft.scaling = {.name = controller.meta.name, .from = controller.replicas};
  draft.last_scale_time = situation.now;
  draft.deadline = situation.deadline_from_now();
  Say(draft, line);
  return StoreOrWait(situation, draft, Wait{},
                     {{.reason = "ScalingReplicationController", .message = std::move(line)}});
}

Step EndScaling(const Situation& situation, const Facts& facts) {
  StatusDraft draft = DraftOfProgress(situation, facts);
  draft.step = kStepCleanUp;
  const std::string& name = facts.source.meta.name;
  const std::string_view what = situation.cleanup() == kRename ? "old controller: " : "";
  if (situation.cleanup() != kPreserve) {
    Say(draft, Fill("Update succeeded. Deleting {}{}", what, name));
  }
  SetPhase(situation, draft, kCleaningUp, kCleaningUp, Progress(facts));
  return StoreOrWait(situation, draft, Wait{});
}

// Called if nothing can be scaled now. Returns the step that waits for Pods, the update period or
// the deadline. If the deadline has passed, returns the step that fails the update.
Step WaitForProgress(const Situation& situation, const Facts& facts, WallTime down_due) {
  const StatusDraft draft = DraftOfProgress(situation, facts);
  if (situation.now > draft.deadline) return TimeOut(situation);
  std::optional<WallTime> next = draft.deadline + seconds(1);
  if (down_due > situation.now) next = Sooner(next, std::optional(down_due));
  next = Sooner(next, facts.availability.next);
  return StoreOrWait(situation, draft, Wait{*next - situation.now});
}

Step NextScaling(const Situation& situation, const Facts& facts) {
  const WallTime down_due = LastScaleTime(situation) + situation.update_period();
  if (!HasScaledDown(situation, facts.source) || !IsObserved(facts.target)) {
    return WaitForProgress(situation, facts, down_due);
  }
  // Scaling down does not wait until all new Pods exist, because a quota may never allow all of
  // them.
  if (HasScaledUp(facts.target)) {
    // kubectl ends the update here if a user has scaled the source to 0, even if too few Pods are
    // available. Windlass does so only in a rollback: the Pods to which it returns may never become
    // available, because they may have crashed before the update, too.
    const bool whole = facts.target.replicas == facts.goal.desired && facts.source.replicas == 0;
    const bool enough = facts.availability.available >= facts.goal.min_available;
    if (whole && (enough || situation.spec().rollback)) return EndScaling(situation, facts);
    if (const auto up = ScaleUp(facts.counts, facts.goal)) {
      return StoreScaling(situation, facts, facts.target, *up);
    }
  }
  if (situation.now >= down_due) {
    if (const auto down = ScaleDown(facts.counts, facts.goal)) {
      return StoreScaling(situation, facts, facts.source, *down);
    }
  }
  return WaitForProgress(situation, facts, down_due);
}

}  // namespace

Step Roll(const Situation& situation) {
  if (situation.new_controller() == nullptr) {
    return Fail(situation, kNotFound, Fill(kNotFoundText, situation.new_name));
  }
  auto found = FindGoal(situation, *situation.source(), *situation.target());
  if (found.step) return *std::move(found.step);
  if (auto answer = AnswerExternalScale(situation)) return *std::move(answer);
  const Facts facts{.source = *situation.source(),
                    .target = *situation.target(),
                    .goal = found.value,
                    .availability = CountAvailable(situation, *situation.target())};
  const ReplicationController* pending = PendingScale(situation);
  if (pending != nullptr) {
    if (IsStillDue(situation, facts, *pending)) {
      const bool grows =
          pending == &facts.target && ExpectedSize(situation, *pending) > pending->replicas;
      if (grows && !HasScaledDown(situation, facts.source)) return WaitForSource(situation, facts);
      return MakeScaling(situation, facts, *pending);
    }
    if (auto fence = FenceDropped(situation, *pending)) return *std::move(fence);
  }
  return NextScaling(situation, facts);
}

}  // namespace windlass::replication_controller
