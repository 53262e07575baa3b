#include "controller/workload/watch/rollout_observer.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "controller/workload/annotations.h"
#include "controller/workload/complete.h"
#include "controller/workload/new_replica_set.h"
#include "controller/workload/rollout_id.h"

namespace windlass {
namespace {

std::vector<const ReplicaSet*> OwnReplicaSets(const View& view) {
  std::vector<const ReplicaSet*> own;
  for (const ReplicaSet* rs : view.replica_sets) {
    const OwnerReference* owner = rs->meta.ControllerRef();
    if (owner != nullptr && owner->uid == view.workload.meta.uid) own.push_back(rs);
  }
  return own;
}

bool IsComplete(const Workload& workload) {
  return workload::DeploymentComplete(workload, workload.status);
}

bool IsObserved(const Workload& workload) {
  return workload.status.observed_generation >= workload.meta.generation;
}

// Returns when the rollout of a workload that was in the middle of it began, as far as the cluster
// shows: when its ReplicaSet was created; else, if that was reused, when Progressing was last
// updated, which is later. Returns nullopt if nothing tells.
std::optional<WallTime> ShownBeginning(const View& view) {
  const ReplicaSet* rs =
      workload::FindNewReplicaSet(view.workload, OwnReplicaSets(view), Learned{});
  const bool made_for_it = rs != nullptr && !view.workload.follow_revision &&
                           !rs->meta.annotations.Has(workload::kRevisionHistory);
  if (made_for_it) return rs->meta.creation_timestamp;
  const Condition* progressing = FindCondition(view.workload.status.conditions, "Progressing");
  if (progressing == nullptr || progressing->last_update_time.IsZero()) return std::nullopt;
  return progressing->last_update_time;
}

}  // namespace

RolloutObserver::RolloutObserver(const Clock& clock, WorkloadCache& cache, ExtendedOf extended_of)
    : clock_(clock), cache_(cache), extended_of_(std::move(extended_of)) {
  cache_.workloads().OnChange([this](const WorkloadChange& change) { Changed(change); });
}

RolloutObserver::Target RolloutObserver::TargetOf(const Workload& workload) {
  return {workload.template_fingerprint, workload.follow_revision.has_value()};
}

// --- what happens to the objects ---

void RolloutObserver::Changed(const WorkloadChange& change) {
  if (change.now == nullptr) return Gone(KeyOf(*change.before));
  const Workload& workload = *change.now;
  const ObjectKey key = KeyOf(workload.meta);
  const auto known = under_way_.find(key);
  const bool replaced = known != under_way_.end() && known->second.uid != workload.meta.uid;
  if (replaced) Gone(key);
  NotePods(workload);
  if (change.edited_from != nullptr && !replaced) {
    Edited(*change.edited_from, workload);
  } else if (change.before == nullptr || replaced) {
    // Nothing of it was written yet: it begins now. Otherwise the cluster tells when it began.
    const bool fresh = workload.status.observed_generation == 0;
    const auto at = fresh ? std::optional(clock_.Now()) : std::nullopt;
    if (workload::IsUnderWay(workload)) Begin(workload, kChangeTemplate, "", at);
  } else if (known == under_way_.end() && IsObserved(workload) && !workload.paused &&
             workload::IsUnderWay(workload)) {
    // The edit was made during a pause, or not seen. The status shows a rollout all the same.
    Begin(workload, kChangeTemplate, "", clock_.Now());
  }
  Look(workload);
}

void RolloutObserver::Gone(const ObjectKey& key) {
  above_surge_.erase(key);
  const auto found = under_way_.find(key);
  if (found != under_way_.end()) Finish(found, kOutcomeDeleted);
}

// While the object is paused, a rollout under way keeps its target, and none begins.
void RolloutObserver::Edited(const Workload& before, const Workload& now) {
  const auto found = under_way_.find(KeyOf(now.meta));
  const bool known = found != under_way_.end();
  const Target wanted = TargetOf(now);
  if (now.paused) return;
  const bool goes_on = before.paused && workload::HasOldPods(now.status);
  const bool changed =
      known ? found->second.target != wanted : TargetOf(before) != wanted || goes_on;
  if (!changed) return;
  // Setting spec.abort back to false tries the same template again.
  const bool tries_again = before.follow_revision && !now.follow_revision;
  const bool rolls_back = wanted.back || (!tries_again && HasEarlierReplicaSet(now));
  if (known)
    Finish(found, wanted.back  ? kOutcomeAborted
                  : rolls_back ? kOutcomeRolledBack
                               : kOutcomeSuperseded);
  const std::string_view trigger = wanted.back           ? kTriggerAbort
                                   : before.roll_back_to ? kTriggerRollbackTo
                                                         : kTriggerTemplate;
  Begin(now, rolls_back ? kChangeRollback : kChangeTemplate, rolls_back ? trigger : "",
        clock_.Now());
}

bool RolloutObserver::HasEarlierReplicaSet(const Workload& workload) const {
  const std::optional<View> view = cache_.ViewOf(KeyOf(workload.meta));
  return view && workload::FindNewReplicaSet(workload, OwnReplicaSets(*view), Learned{}) != nullptr;
}

void RolloutObserver::Look(const Workload& workload) {
  const ObjectKey key = KeyOf(workload.meta);
  const auto found = under_way_.find(key);
  if (found == under_way_.end()) return;
  if (found->second.target == TargetOf(workload) && IsComplete(workload)) {
    return Finish(found, kOutcomeComplete);
  }
  RolloutHold hold = workload.kind.HoldOf(workload);
  const RolloutHold other = extended_of_(workload).hold;
  if (hold.cause.empty()) hold.cause = other.cause;
  hold.by_user = hold.by_user || other.by_user;
  SetState(key, found->second, workload::StateOf(workload, hold));
}

void RolloutObserver::NotePods(const Workload& workload) {
  const int64_t pods = workload::PodsAboveSurge(workload);
  if (pods == 0) {
    above_surge_.erase(KeyOf(workload.meta));
  } else {
    above_surge_[KeyOf(workload.meta)] = pods;
  }
}

// --- rollouts ---

std::string_view RolloutObserver::StrategyOf(const Workload& workload) const {
  const std::string_view extended = extended_of_(workload).strategy;
  if (!extended.empty()) return extended;
  switch (workload.strategy) {
    case Strategy::kRollingUpdate: return "RollingUpdate";
    case Strategy::kRecreate: return "Recreate";
    case Strategy::kOther: return "Other";
  }
  return "Other";
}

void RolloutObserver::Begin(const Workload& workload, std::string_view change,
                            std::string_view trigger, std::optional<MonotonicTime> at) {
  const ObjectKey key = KeyOf(workload.meta);
  Rollout& rollout = under_way_[key];
  rollout = {.uid = workload.meta.uid,
             .target = TargetOf(workload),
             .strategy = StrategyOf(workload),
             .change = change,
             .began = at,
             .seen = clock_.Now(),
             .since = clock_.Now()};
  if (!leading_ || !at) return;
  CountStarted(key, rollout);
  if (!trigger.empty()) {
    counts_.RolledBack(std::string(key.namespace_.text()), kind(), trigger);
  }
}

void RolloutObserver::CountStarted(const ObjectKey& key, Rollout& rollout) {
  if (std::exchange(rollout.counted, true)) return;
  counts_.Started(std::string(key.namespace_.text()), kind(), rollout.strategy, rollout.change);
}

void RolloutObserver::Finish(UnderWay::iterator rollout, std::string_view outcome) {
  const auto& [key, what] = *rollout;
  CountStuck(key, rollout->second);
  if (leading_) {
    counts_.Finished(std::string(key.namespace_.text()), kind(), what.strategy, outcome,
                     clock_.Now() - BeganAt(key, what));
  }
  under_way_.erase(rollout);
}

void RolloutObserver::SetState(const ObjectKey& key, Rollout& rollout,
                               workload::RolloutState state) {
  if (rollout.state == state) return;
  CountStuck(key, rollout);
  rollout.state = state;
}

// Counts the time for which the rollout was stuck since this was last called.
void RolloutObserver::CountStuck(const ObjectKey& key, Rollout& rollout) {
  const Duration time = clock_.Now() - std::exchange(rollout.since, clock_.Now());
  if (!leading_ || rollout.state.cause.empty()) return;
  counts_.WasStuck(std::string(key.namespace_.text()), kind(), rollout.state.cause, time);
}

// A rollout whose generation nobody observed was begun by no leader yet: this one counts it.
void RolloutObserver::Lead(bool leading) {
  for (auto& [key, rollout] : under_way_) CountStuck(key, rollout);
  leading_ = leading;
  if (!leading) return;
  for (auto& [key, rollout] : under_way_) {
    const std::optional<Workload> workload = cache_.workloads().Find(key);
    const bool unobserved =
        workload && workload->status.observed_generation < workload->meta.generation;
    if (unobserved) CountStarted(key, rollout);
  }
}

// --- what the metrics show ---

MonotonicTime RolloutObserver::BeganAt(const ObjectKey& key, const Rollout& rollout) const {
  if (rollout.began) return *rollout.began;
  const std::optional<View> view = cache_.ViewOf(key);
  const std::optional<WallTime> shown = view ? ShownBeginning(*view) : std::nullopt;
  if (!shown) return rollout.seen;
  const Duration age = std::max(seconds(0), clock_.Wall() - *shown);
  return {clock_.Now().since_start - age};
}

ShownRollout RolloutObserver::Shown(const ObjectKey& key, const Rollout& rollout) const {
  const Duration age = clock_.Now() - BeganAt(key, rollout);
  ShownRollout shown{.namespace_ = std::string(key.namespace_.text()),
                     .name = key.name,
                     .kind = std::string(kind()),
                     .strategy = std::string(rollout.strategy),
                     .revision = {},
                     .id = {},
                     .phase = std::string(rollout.state.phase),
                     .cause = std::string(rollout.state.cause),
                     .began = clock_.Wall() + -std::chrono::duration_cast<seconds>(age)};
  const std::optional<View> view = cache_.ViewOf(key);
  if (!view) return shown;
  const Workload& workload = view->workload;
  const WorkloadStatus& status = workload.status;
  const int64_t revision = workload::LatestRevision(*view);
  shown.revision = revision > 0 ? std::to_string(revision) : "";
  shown.id = workload::RolloutId(workload.meta, revision);
  if (const std::optional<StepPosition> step = workload.kind.StepOf(workload)) {
    shown.step = step->index;
    shown.steps = step->total;
  }
  shown.replicas = {{"desired", workload.replicas},
                    {"updated", status.updated_replicas},
                    {"ready", status.ready_replicas},
                    {"available", status.available_replicas},
                    {"old", status.replicas - status.updated_replicas},
                    {"terminating", status.terminating_replicas.value_or(0)}};
  return shown;
}

void RolloutObserver::AddFigures(Figures& figures) const {
  RolloutCounts counts = counts_;
  if (leading_) {
    for (const auto& [key, rollout] : under_way_) {
      if (rollout.state.cause.empty()) continue;
      counts.WasStuck(std::string(key.namespace_.text()), kind(), rollout.state.cause,
                      clock_.Now() - rollout.since);
    }
    AddGauges(figures);
    AddShownRollouts(figures);
  }
  counts.AddFigures(figures);
}

void RolloutObserver::AddGauges(Figures& figures) const {
  std::map<std::string_view, Duration> oldest;
  for (const auto& [key, rollout] : under_way_) {
    const auto& [phase, cause] = rollout.state;
    AddUnderWay(figures, std::string(key.namespace_.text()), kind(), phase, cause);
    Duration& age = oldest[phase];
    age = std::max(age, clock_.Now() - BeganAt(key, rollout));
  }
  for (const auto& [phase, age] : oldest) AddOldest(figures, kind(), phase, age);
  AddPodsAboveSurge(figures, "", kind(), 0);  // shown from the start
  for (const auto& [key, pods] : above_surge_) {
    AddPodsAboveSurge(figures, std::string(key.namespace_.text()), kind(), pods);
  }
}

// Those that are stuck come first: an alert leads to them.
void RolloutObserver::AddShownRollouts(Figures& figures) const {
  std::vector<UnderWay::const_iterator> order;
  order.reserve(under_way_.size());
  for (auto it = under_way_.begin(); it != under_way_.end(); ++it) order.push_back(it);
  std::ranges::stable_partition(
      order, [](UnderWay::const_iterator rollout) { return !rollout->second.state.cause.empty(); });
  const size_t shown = std::min(order.size(), kRolloutsShownMax);
  for (size_t i = 0; i < shown; ++i) AddShown(figures, Shown(order[i]->first, order[i]->second));
  AddNotShown(figures, order.size() - shown);
}

}  // namespace windlass
