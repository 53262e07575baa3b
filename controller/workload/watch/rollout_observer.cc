#include "controller/workload/watch/rollout_observer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controller/workload/annotations.h"
#include "controller/workload/complete.h"
#include "controller/workload/rollout_beginning.h"
#include "controller/workload/rollout_id.h"

namespace windlass {
namespace {

bool IsComplete(const Workload& workload) {
  return workload::DeploymentComplete(workload, workload.status);
}

bool IsObserved(const Workload& workload) {
  return workload.status.observed_generation >= workload.meta.generation;
}

}  // namespace

RolloutObserver::RolloutObserver(const Clock& clock, WorkloadCache& cache, ExtendedOf extended_of)
    : clock_(clock), cache_(cache), extended_of_(std::move(extended_of)) {
  cache_.workloads().OnChange([this](const WorkloadChange& change) { Changed(change); });
}

RolloutObserver::Target RolloutObserver::TargetOf(const Workload& workload) {
  return {workload.template_fingerprint, workload.follow_revision.has_value()};
}

bool RolloutObserver::HasSynced() const {
  return cache_.workloads().informer().HasSynced() && cache_.replica_sets().HasSynced();
}

RolloutObserver::ReplicaSets RolloutObserver::ReplicaSetsOf(const Workload& workload) const {
  return cache_.ReplicaSetsOf(workload.meta.uid);
}

// --- what happens to the objects ---

void RolloutObserver::Changed(const WorkloadChange& change) {
  if (change.now == nullptr) return Gone(KeyOf(*change.before));
  const Workload& workload = *change.now;
  NotePods(workload);
  if (change.before == nullptr) {
    SeenFirst(workload);
  } else if (change.edited_from != nullptr) {
    Edited(*change.edited_from, workload);
  }
  Look(workload);
}

void RolloutObserver::SeenFirst(const Workload& workload) {
  const bool fresh = workload.status.observed_generation <= 0;
  if (fresh && workload.paused) return;  // it begins when it is resumed
  if (fresh) {
    Begin(workload, {.began = Now()});
  } else if (HasSynced()) {
    Judge(workload);
  } else {
    unjudged_.insert(KeyOf(workload.meta));
  }
}

void RolloutObserver::CacheSynced() {
  if (!HasSynced()) return;
  for (const ObjectKey& key : std::exchange(unjudged_, {})) {
    const std::optional<Workload> workload = cache_.workloads().Find(key);
    if (!workload) continue;
    Judge(*workload);
    Look(*workload);
  }
}

void RolloutObserver::Judge(const Workload& workload) {
  const ReplicaSet* target = workload::FindTarget(workload, ReplicaSetsOf(workload));
  switch (workload::JudgeFirstSight(workload, target)) {
    case workload::FirstSight::kNoRollout: return;
    case workload::FirstSight::kNew:
      return Begin(workload, {.trigger = workload.follow_revision ? kTriggerAbort
                                         : target != nullptr      ? kTriggerTemplate
                                                                  : std::string_view(),
                              .began = Now()});
    case workload::FirstSight::kMidway: {
      const std::optional<WallTime> shown = workload::ShownBeginning(workload, target);
      return Begin(workload, {.midway = true, .began = shown ? MomentOf(*shown) : Now()});
    }
  }
}

void RolloutObserver::Gone(const ObjectKey& key) {
  above_surge_.erase(key);
  unjudged_.erase(key);
  const auto found = under_way_.find(key);
  if (found != under_way_.end()) Finish(found, kOutcomeDeleted);
}

// While the object is paused, a rollout under way keeps its target, and none begins.
void RolloutObserver::Edited(const Workload& before, const Workload& now) {
  const ObjectKey key = KeyOf(now.meta);
  if (now.paused || unjudged_.contains(key)) return;
  const ReplicaSets ours = ReplicaSetsOf(now);
  const ReplicaSet* to = workload::FindTarget(now, ours);
  const auto found = under_way_.find(key);
  const bool known = found != under_way_.end();
  const Target wanted = TargetOf(now);
  // A pause may hide edits, so what was wanted before its end tells nothing.
  const bool same = !before.paused && to != nullptr && workload::FindTarget(before, ours) == to;
  const bool goes_on = before.paused && (workload::HasOldPods(now.status) || to == nullptr);
  const bool changed = known ? found->second.target != wanted : TargetOf(before) != wanted;
  if (known && same) found->second.target = wanted;
  if (same || !(changed || (!known && goes_on))) return;

  // Setting spec.abort back to false tries the same template again.
  const bool tries_again = before.follow_revision && !now.follow_revision;
  const bool rolls_back = wanted.back || (!tries_again && to != nullptr);
  if (known)
    Finish(found, wanted.back  ? kOutcomeAborted
                  : rolls_back ? kOutcomeRolledBack
                               : kOutcomeSuperseded);
  const std::string_view trigger = wanted.back           ? kTriggerAbort
                                   : before.roll_back_to ? kTriggerRollbackTo
                                                         : kTriggerTemplate;
  Begin(now, {.trigger = rolls_back ? trigger : std::string_view(), .began = Now()});
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

// `rollout` has what only the caller knows of it.
void RolloutObserver::Begin(const Workload& workload, Rollout rollout) {
  const ObjectKey key = KeyOf(workload.meta);
  rollout.target = TargetOf(workload);
  rollout.strategy = StrategyOf(workload);
  rollout.since = clock_.Now();
  if (leading_) CountBegun(key, rollout);
  under_way_[key] = rollout;
}

void RolloutObserver::CountBegun(const ObjectKey& key, Rollout& rollout) {
  if (rollout.midway || std::exchange(rollout.counted, true)) return;
  const std::string namespace_(key.namespace_.text());
  const bool rolls_back = !rollout.trigger.empty();
  counts_.Started(namespace_, kind(), rollout.strategy,
                  rolls_back ? kChangeRollback : kChangeTemplate);
  if (rolls_back) counts_.RolledBack(namespace_, kind(), rollout.trigger);
}

void RolloutObserver::Finish(UnderWay::iterator rollout, std::string_view outcome) {
  const auto& [key, what] = *rollout;
  CountStuck(key, rollout->second);
  if (leading_) {
    counts_.Finished(std::string(key.namespace_.text()), kind(), what.strategy, outcome,
                     clock_.Now() - what.began.at);
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
    if (workload && !IsObserved(*workload)) CountBegun(key, rollout);
  }
}

// --- what the metrics show ---

RolloutObserver::Moment RolloutObserver::MomentOf(WallTime wall) const {
  const Duration age = std::max<Duration>(seconds(0), clock_.Wall() - wall);
  return {{clock_.Now().since_start - age}, wall};
}

// The rollout has no revision as long as no ReplicaSet has its template, nor if it goes back to one
// that has not got its new number yet.
ShownRollout RolloutObserver::Shown(const ObjectKey& key, const Rollout& rollout) const {
  ShownRollout shown{.namespace_ = std::string(key.namespace_.text()),
                     .name = key.name,
                     .kind = std::string(kind()),
                     .strategy = std::string(rollout.strategy),
                     .revision = {},
                     .id = {},
                     .phase = std::string(rollout.state.phase),
                     .cause = std::string(rollout.state.cause),
                     .began = rollout.began.wall};
  const std::optional<Workload> workload = cache_.workloads().Find(key);
  if (!workload) return shown;
  const ReplicaSets ours = ReplicaSetsOf(*workload);
  const ReplicaSet* target = workload::FindTarget(*workload, ours);
  const int64_t latest = workload::LatestRevision(ours);
  if (target != nullptr && latest > 0 && workload::RevisionOf(target->meta) == latest) {
    shown.revision = std::to_string(latest);
    shown.id = workload::RolloutId(workload->meta, latest);
  }
  if (const std::optional<StepPosition> step = workload->kind.StepOf(*workload)) {
    shown.step = step->index;
    shown.steps = step->total;
  }
  const WorkloadStatus& status = workload->status;
  shown.replicas = {{"desired", workload->replicas},
                    {"updated", status.updated_replicas},
                    {"ready", status.ready_replicas},
                    {"available", status.available_replicas},
                    {"old", status.replicas - status.updated_replicas},
                    {"terminating", status.terminating_replicas.value_or(0)}};
  return shown;
}

void RolloutObserver::AddFigures(Figures& figures) const {
  counts_.AddFigures(figures);
  if (!leading_) return;
  AddGauges(figures);
  AddShownRollouts(figures);
}

void RolloutObserver::AddGauges(Figures& figures) const {
  std::map<std::string_view, Duration> oldest;
  const MonotonicTime now = clock_.Now();
  for (const auto& [key, rollout] : under_way_) {
    const auto& [phase, cause] = rollout.state;
    counts_.AddUnderWay(figures, std::string(key.namespace_.text()), kind(), rollout.state,
                        now - rollout.since);
    Duration& age = oldest[phase];
    age = std::max(age, now - rollout.began.at);
  }
  for (const auto& [phase, age] : oldest) AddOldest(figures, kind(), phase, age);
  counts_.AddPodsAboveSurge(figures, "", kind(), 0);  // shown from the start
  for (const auto& [key, pods] : above_surge_) {
    counts_.AddPodsAboveSurge(figures, std::string(key.namespace_.text()), kind(), pods);
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
