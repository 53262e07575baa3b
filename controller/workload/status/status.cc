#include "controller/workload/status/status.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "controller/workload/conditions.h"
#include "controller/workload/decisions.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/sizes/room_to_grow.h"
#include "controller/workload/status/answered_rollback.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/status/counters.h"
#include "controller/workload/status/overlap.h"
#include "controller/workload/status/progress.h"
#include "controller/workload/status/refused_spec.h"
#include "controller/workload/status/refused_write.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/base/clock.h"

namespace windlass::workload {
namespace {

// How long a status write that changes only counters may be put off. Counters change with every
// Pod, so Windlass publishes several of these changes together (C-006). What users and tools wait
// for is published at once.
constexpr Duration kCountersPatience = seconds(1);
// Replaces kCountersPatience while a ReplicaSet controller still makes or deletes Pods for a new
// size: these Pods will change the counters again.
constexpr Duration kUnsettledPatience = seconds(20);

// Returns the revision to publish; "" if the workload has it already, or if nothing is rolled out.
std::string RevisionToPublish(const Situation& situation) {
  if (situation.new_replica_set == nullptr) return {};
  if (situation.extended.refused) return {};  // nothing is rolled out
  const Workload& workload = situation.workload;
  std::string text = NumberText(workload, *situation.new_replica_set);
  // If an admission webhook removes the number from the ReplicaSet, the number that the ReplicaSet
  // should have is published. A pause among the steps needs the number, and must not depend on the
  // webhook.
  const bool dropped = text.empty() && workload.kind.traits().keeps_stable_revision;
  if (dropped) text = std::to_string(RevisionToBe(situation));
  return IsPublished(workload, text) ? std::string() : text;
}

// Returns true if the status can keep the condition `shown` for a while before `next` replaces it.
// `counting` is the type of the condition whose message counts Pods. Both conditions must have the
// same type and status, and one of these must hold:
//   - They differ at most in their times. Exception: a new update time of a condition of type
//     `counting` does not wait, because a decision depends on it.
//   - They are of type `counting`, and differ in the message, but not in the reason.
//   - `next` says that a rollout is under way, and `shown` does not say that it is complete.
bool MayWait(const Condition& next, const Condition& shown, std::string_view counting) {
  if (next.type != shown.type || next.status != shown.status) return false;
  if (next.reason == kUpdatedReason && shown.reason != kAvailableReason) return true;
  if (next.reason != shown.reason) return false;
  if (next.type != counting) return next.message == shown.message;
  return next.message != shown.message || next.last_update_time == shown.last_update_time;
}

// Returns true if the next status of `rs` will change the counters: its size is not observed yet,
// or not all Pods are made or deleted. Returns false if `rs` is being deleted, or if its Pods could
// not be created or deleted.
bool IsUnsettled(const ReplicaSet& rs) {
  if (rs.meta.deleting() || FailureOf(rs) != nullptr) return false;
  return !IsObserved(rs) || rs.status.replicas != rs.replicas;
}

// Returns a thirtieth of the deadline, between 1 s and 20 s; 20 s without a deadline. Examples:
// deadline 600 s: 20 s; 120 s: 4 s; 30 s: 1 s. The deadline counts from the status write that
// publishes progress. So a timeout may be reported later, by up to this patience.
Duration UnsettledPatience(const Situation& situation) {
  if (!situation.has_progress_deadline()) return kUnsettledPatience;
  const seconds deadline(*situation.workload.progress_deadline_seconds);
  return std::clamp<Duration>(deadline / 30, kCountersPatience, kUnsettledPatience);
}

// Returns how long the status write may be put off. Counters during a rollout can wait; the end of
// a rollout or of a scaling cannot (C-006). IsUnsettled matters only if the counters come from the
// ReplicaSets, not from an extension that counts Pods itself.
Duration PatienceFor(const Situation& situation, const WorkloadStatus& next) {
  const Workload& workload = situation.workload;
  const WorkloadStatus& shown = workload.status;
  const auto may_wait = [&](const Condition& one, const Condition& other) {
    return MayWait(one, other, situation.extended.counting_condition);
  };
  const bool only_counters = next.observed_generation == shown.observed_generation &&
                             next.collision_count == shown.collision_count &&
                             std::ranges::equal(next.conditions, shown.conditions, may_wait);
  const bool completes = DeploymentComplete(workload, next) && !DeploymentComplete(workload, shown);
  if (!only_counters || completes) return Duration{0};
  const bool unsettled =
      !situation.extended.counted &&
      std::ranges::any_of(situation.all, [](const ReplicaSet* rs) { return IsUnsettled(*rs); });
  return unsettled ? UnsettledPatience(situation) : kCountersPatience;
}

std::string_view ReasonOf(const WorkloadStatus& status, std::string_view type) {
  const Condition* condition = FindCondition(status.conditions, type);
  return condition != nullptr ? condition->reason.text() : std::string_view();
}

// Adds the conditions about overlaps and answered rollbacks, and those of the extension.
void AddFurther(const Situation& situation, WorkloadStatus& status) {
  ShowAnsweredRollback(situation, status);
  ShowOverlaps(situation, status);
  situation.extension().UpdateStatus(situation, status);
}

// Returns the Events to send when the conditions of AddFurther have been written.
std::vector<Event> FurtherEvents(const Situation& situation, const WorkloadStatus& status) {
  std::vector<Event> events = TellAnsweredRollback(situation);
  std::ranges::move(TellOverlaps(situation), std::back_inserter(events));
  std::ranges::move(situation.extension().Events(situation, status), std::back_inserter(events));
  return events;
}

// Returns the write of the status `next`; nullopt if it is stored already, or if the API server
// refused a status in this sync. Publishes no revision. `next` must have the stored observed
// generation.
std::optional<Step> WriteUnobserved(const Situation& situation, WorkloadStatus next) {
  const Workload& workload = situation.workload;
  if (WasStatusRefused(workload, situation.learned)) return std::nullopt;
  const StatusDraft draft{.status = std::move(next), .now = situation.now};
  if (workload.kind.IsStored(workload, draft)) return std::nullopt;
  const WorkloadStatus& status = draft.status;
  return Write{.request = workload.kind.WriteStatus(workload, draft),
               .because = {decisions::kUpdateStatus,
                           {{"generation", status.observed_generation},
                            {"replicas", status.replicas},
                            {"ready", status.ready_replicas},
                            {"available", status.available_replicas},
                            {"progressing", ReasonOf(status, kProgressing)}}}};
}

}  // namespace

void UpdateAvailable(const Situation& situation, WorkloadStatus& status) {
  int64_t available = CountAvailable(situation.all);
  int64_t needed = situation.limits.min_available();
  if (const auto& counted = situation.extended.counted) {
    available = counted->available;
    needed = counted->min_available;
  }
  TellAvailable(situation.workload, available >= needed, situation.now, status.conditions);
}

void TellAvailable(const Workload& workload, bool enough, WallTime now,
                   std::vector<Condition>& conditions) {
  const std::string kind(workload.kind.traits().name());
  SetCondition(conditions, enough
                               ? NewCondition(kAvailable, "True", "MinimumReplicasAvailable",
                                              kind + " has minimum availability.", now)
                               : NewCondition(kAvailable, "False", "MinimumReplicasUnavailable",
                                              kind + " does not have minimum availability.", now));
}

WorkloadStatus CountUnobserved(const Situation& situation) {
  const WorkloadStatus& shown = situation.workload.status;
  WorkloadStatus next = CountReplicas(situation);
  next.observed_generation = shown.observed_generation;
  if (!shown.terminating_replicas) next.terminating_replicas.reset();
  UpdateAvailable(situation, next);
  return next;
}

std::optional<Step> WriteStatus(const Situation& situation, Progress progress) {
  const Workload& workload = situation.workload;
  if (WasStatusRefused(workload, situation.learned)) return std::nullopt;
  StatusDraft draft{.status = CountReplicas(situation), .now = situation.now};
  WorkloadStatus& status = draft.status;
  UpdateAvailable(situation, status);
  if (progress == Progress::kEvaluate) {
    UpdateProgressing(situation, status);
    UpdateReplicaFailure(situation, status);
  } else {
    KeepReplicaFailure(situation, status);
  }
  if (progress == Progress::kPaused) MarkPaused(situation, status);
  if (progress != Progress::kKeep) AddFurther(situation, status);
  const std::string revision = RevisionToPublish(situation);
  draft.revision = revision;
  const bool has_notes = workload.kind.HasStrayNotes(workload);
  const bool is_stored = workload.kind.IsStored(workload, draft);
  if (revision.empty() && !has_notes && is_stored) return std::nullopt;
  return Write{
      .request = workload.kind.WriteStatus(workload, draft),
      .because = {decisions::kUpdateStatus,
                  {{"generation", status.observed_generation},
                   {"revision", revision.empty() ? std::string(workload.revision) : revision},
                   {"replicas", status.replicas},
                   {"updated", status.updated_replicas},
                   {"ready", status.ready_replicas},
                   {"available", status.available_replicas},
                   {"unavailable", status.unavailable_replicas},
                   {"terminating", status.terminating_replicas.value_or(0)},
                   {"progressing", ReasonOf(status, kProgressing)}}},
      .on_success = FurtherEvents(situation, status),
      // After a refusal no status is put off: a write that is put off ends the sync as a success,
      // and a success ends the back-off.
      .patience =
          revision.empty() && !situation.refused ? PatienceFor(situation, status) : Duration{0}};
}

std::optional<Step> WriteProgressing(const Situation& situation, std::string_view status,
                                     std::string_view reason, std::string message) {
  if (!situation.has_progress_deadline()) return std::nullopt;
  WorkloadStatus next = situation.workload.status;
  SetCondition(next.conditions,
               NewCondition(kProgressing, status, reason, std::move(message), situation.now));
  return WriteUnobserved(situation, std::move(next));
}

std::optional<Step> WriteCounters(const Situation& situation) {
  WorkloadStatus status = CountUnobserved(situation);
  UpdateReplicaFailure(situation, status);
  ShowAnsweredRollback(situation, status);
  return WriteUnobserved(situation, std::move(status));
}

std::optional<Step> WriteAnsweredRollback(const Situation& situation) {
  WorkloadStatus next = situation.workload.status;
  ShowAnsweredRollback(situation, next);
  if (next == situation.workload.status) return std::nullopt;
  auto step = WriteUnobserved(situation, std::move(next));
  if (!step) return std::nullopt;
  Write& write = std::get<Write>(*step);
  write.on_success = TellAnsweredRollback(situation);
  write.go_on_if_refused = true;
  return UnlessInVain(situation, std::move(write));
}

std::optional<Step> WriteOfExtension(const Situation& situation) {
  WorkloadStatus next = situation.workload.status;
  situation.extension().UpdateStatus(situation, next);
  if (next == situation.workload.status) return std::nullopt;
  std::vector<Event> events = situation.extension().Events(situation, next);
  auto step = WriteUnobserved(situation, std::move(next));
  if (!step) return std::nullopt;
  Write& write = std::get<Write>(*step);
  write.on_success = std::move(events);
  write.go_on_if_refused = true;
  return UnlessInVain(situation, std::move(write));
}

std::optional<Step> WriteHeldUp(const Situation& situation) {
  const Workload& workload = situation.workload;
  WorkloadStatus status = CountUnobserved(situation);
  if (!workload.meta.deleting()) {
    if (workload.paused) {
      MarkPaused(situation, status);
    } else {
      UpdateProgressingHeldUp(situation, status);
    }
    AddFurther(situation, status);
  }
  UpdateReplicaFailure(situation, status);
  auto step = WriteUnobserved(situation, status);
  if (step) std::get<Write>(*step).on_success = FurtherEvents(situation, status);
  return step;
}

std::optional<Step> WriteCreateError(const Situation& situation, std::string message) {
  const WorkloadStatus& shown = situation.workload.status;
  WorkloadStatus next = shown;
  // A new workload without a ReplicaSet has nothing to count. If there is a ReplicaSet, its Pods
  // are counted, because they may serve. Example: a webhook changed the new ReplicaSet, so Windlass
  // does not recognize it.
  const bool counts = shown.observed_generation > 0 || !situation.all.empty();
  if (counts) next = CountUnobserved(situation);
  KeepReplicaFailure(situation, next);
  ShowAnsweredRollback(situation, next);
  if (situation.has_progress_deadline()) {
    TellCondition(next.conditions, NewCondition(kProgressing, "False", "ReplicaSetCreateError",
                                                std::move(message), situation.now));
  } else if (counts) {
    // This also removes a condition of the extension that no longer holds.
    situation.extension().UpdateStatus(situation, next);
  }
  auto step = WriteUnobserved(situation, next);
  if (step && !situation.has_progress_deadline()) {
    std::get<Write>(*step).on_success = situation.extension().Events(situation, next);
  }
  return step;
}

// If the rollout is refused already for another cause, the status goes on to show that cause,
// because the cause still applies when the strategy is corrected.
std::optional<Step> RefuseAndTellStrategy(const Situation& situation) {
  const Workload& workload = situation.workload;
  auto refused = RefuseStrategy(workload);
  if (!refused || !workload.kind.traits().tells_invalid_strategy) return refused;
  Situation told = situation;
  if (!told.extended.refused) {
    told.extended.refused = {.reason = kInvalidStrategy, .message = InvalidStrategyText(workload)};
  }
  const auto status = WriteStatus(told, workload.paused ? Progress::kPaused : Progress::kEvaluate);
  return status && !WasSent(*status, situation.learned) ? status : refused;
}

}  // namespace windlass::workload
