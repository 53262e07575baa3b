#include "controller/workload/watch/rollout_metrics.h"

namespace windlass {
namespace {

constexpr std::string_view kOtherStrategy[] = {"Other"};
constexpr std::string_view kOtherCauses[] = {kOtherCause};
constexpr std::string_view kChanges[] = {kChangeTemplate, kChangeRollback};
constexpr std::string_view kDeleted[] = {kOutcomeDeleted};
constexpr std::string_view kStates[] = {"desired",   "updated", "ready",
                                        "available", "old",     "terminating"};

constexpr MetricLabel kNamespace{
    kNamespaceLabel,
    {},
    "the namespace of the object; `_other` for every namespace after the first 1000"};
constexpr MetricLabel kName{"name", {}, "the name of the object"};
constexpr MetricLabel kKind{"kind", {}, {}, /*open=*/true};
constexpr MetricLabel kStrategy{"strategy", kOtherStrategy, {}, /*open=*/true};
constexpr MetricLabel kOutcome{"outcome", kDeleted, {}, /*open=*/true};
constexpr MetricLabel kTrigger{"trigger", {}, {}, /*open=*/true};
constexpr MetricLabel kPhase{"phase", {}, {}, /*open=*/true};
constexpr MetricLabel kCause{"cause", kOtherCauses, {}, /*open=*/true};

constexpr Metric kStarted{
    "windlass_rollouts_started_total",
    MetricType::kCounter,
    "Rollouts begun.",
    {{kNamespace, kKind, kStrategy, {"change", kChanges}}},
    "`template`: a new template; `rollback`: the template of an earlier revision."};
constexpr Metric kFinished{"windlass_rollouts_finished_total",
                           MetricType::kCounter,
                           "Rollouts that ended, by outcome.",
                           {{kNamespace, kKind, kStrategy, kOutcome}}};
constexpr Metric kDuration{"windlass_rollout_duration_seconds",
                           MetricType::kHistogram,
                           "Time from the beginning of a rollout to its end.",
                           {{kKind, kStrategy, kOutcome}},
                           "Includes pauses during the rollout. If the template changes during a "
                           "pause, the rollout begins "
                           "when the pause ends."};
constexpr Metric kRollbacks{"windlass_rollbacks_total",
                            MetricType::kCounter,
                            "Rollouts that bring an earlier revision back, by what asked for the "
                            "rollback.",
                            {{kNamespace, kKind, kTrigger}}};
constexpr Metric kStuckSeconds{
    "windlass_rollout_stuck_seconds_total",
    MetricType::kCounter,
    "Seconds for which rollouts were stuck, added up over all rollouts, by cause.",
    {{kNamespace, kKind, kCause}}};
constexpr Metric kUnderWay{"windlass_rollouts",
                           MetricType::kGauge,
                           "Rollouts under way, by phase.",
                           {{kNamespace, kKind, kPhase}}};
constexpr Metric kStuck{"windlass_rollouts_stuck",
                        MetricType::kGauge,
                        "Rollouts that are stuck, by cause.",
                        {{kNamespace, kKind, kCause}},
                        "[runbooks.md](runbooks.md#windlassrolloutstuck) explains the causes."};
constexpr Metric kOldest{"windlass_rollout_oldest_age_seconds",
                         MetricType::kGauge,
                         "Age of the oldest rollout under way in seconds, by phase.",
                         {{kKind, kPhase}}};
constexpr Metric kAboveSurge{
    "windlass_pods_above_surge",
    MetricType::kGauge,
    "Live Pods above replicas + maxSurge, added up over all objects.",
    {{kNamespace, kKind}},
    "Above 0 for a moment after a scale-in; if it stays above 0, something is wrong."};
constexpr Metric kNotShown{"windlass_rollouts_not_shown",
                           MetricType::kGauge,
                           "Rollouts under way that `windlass_rollout_info` and the other metrics "
                           "per rollout leave out. These metrics show at most 100 "
                           "rollouts of a kind.",
                           {},
                           {},
                           true};

constexpr Metric kInfo{
    "windlass_rollout_info",
    MetricType::kGauge,
    "1 for each rollout under way.",
    {{kNamespace,
      kName,
      kKind,
      kStrategy,
      {"revision", {}, "the revision number of the rollout; empty until the rollout has one"},
      {"rollout_id", {}, "as in the log and in Events"},
      kPhase,
      kCause}},
    {},
    true};
constexpr Metric kReplicas{"windlass_rollout_replicas",
                           MetricType::kGauge,
                           "Pods of the object whose rollout is under way, by state.",
                           {{kNamespace, kName, kKind, {"state", kStates}}},
                           "`old`: of earlier revisions.",
                           true};
constexpr Metric kStep{"windlass_rollout_step",
                       MetricType::kGauge,
                       "The step under way, from 1; above the number of steps when all are done.",
                       {{kNamespace, kName, kKind}},
                       "Rollouts with steps only.",
                       true};
constexpr Metric kSteps{"windlass_rollout_steps",    MetricType::kGauge,
                        "The number of steps.",      {{kNamespace, kName, kKind}},
                        "Rollouts with steps only.", true};
constexpr Metric kBegan{"windlass_rollout_started_timestamp_seconds",
                        MetricType::kGauge,
                        "When the rollout began, in seconds since 1970.",
                        {{kNamespace, kName, kKind}},
                        {},
                        true};

// Buckets in seconds, from five seconds to four hours.
Histogram DurationHistogram() {
  return Histogram({5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400});
}

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string Text(std::string_view word) { return std::string(word); }

}  // namespace

std::string RolloutCounts::Counted(const std::string& namespace_) {
  if (namespaces_.contains(namespace_)) return namespace_;
  if (namespaces_.size() >= kNamespacesCountedMax) return std::string(kOtherNamespaces);
  namespaces_.insert(namespace_);
  return namespace_;
}

std::string RolloutCounts::Shown(const std::string& namespace_) const {
  const bool counted = namespace_.empty() || namespaces_.contains(namespace_);
  if (counted || namespaces_.size() < kNamespacesCountedMax) return namespace_;
  return std::string(kOtherNamespaces);
}

void RolloutCounts::Started(const std::string& namespace_, std::string_view kind,
                            std::string_view strategy, std::string_view change) {
  ++started_[{Counted(namespace_), Text(kind), Text(strategy), Text(change)}];
}

void RolloutCounts::Finished(const std::string& namespace_, std::string_view kind,
                             std::string_view strategy, std::string_view outcome, Duration took) {
  ++finished_[{Counted(namespace_), Text(kind), Text(strategy), Text(outcome)}];
  durations_.try_emplace({Text(kind), Text(strategy), Text(outcome)}, DurationHistogram())
      .first->second.Observe(took);
}

void RolloutCounts::RolledBack(const std::string& namespace_, std::string_view kind,
                               std::string_view trigger) {
  ++rollbacks_[{Counted(namespace_), Text(kind), Text(trigger)}];
}

void RolloutCounts::WasStuck(const std::string& namespace_, std::string_view kind,
                             std::string_view cause, Duration time) {
  stuck_seconds_[{Counted(namespace_), Text(kind), Text(cause)}] += Seconds(time);
}

void RolloutCounts::AddFigures(Figures& figures) const {
  for (const auto& [labels, count] : started_) figures.Count(kStarted, count, labels);
  for (const auto& [labels, count] : finished_) figures.Count(kFinished, count, labels);
  for (const auto& [labels, took] : durations_) figures.Spread(kDuration, took, labels);
  for (const auto& [labels, count] : rollbacks_) figures.Count(kRollbacks, count, labels);
  for (const auto& [labels, time] : stuck_seconds_) figures.Set(kStuckSeconds, time, labels);
}

void RolloutCounts::AddUnderWay(Figures& figures, const std::string& namespace_,
                                std::string_view kind, const workload::RolloutState& state,
                                Duration stuck_for) const {
  const std::string shown = Shown(namespace_);
  figures.Set(kUnderWay, 1, {shown, Text(kind), Text(state.phase)});
  if (state.cause.empty()) return;
  figures.Set(kStuck, 1, {shown, Text(kind), Text(state.cause)});
  figures.Set(kStuckSeconds, Seconds(stuck_for), {shown, Text(kind), Text(state.cause)});
}

void AddOldest(Figures& figures, std::string_view kind, std::string_view phase, Duration age) {
  figures.Set(kOldest, Seconds(age), {Text(kind), Text(phase)});
}

void RolloutCounts::AddPodsAboveSurge(Figures& figures, const std::string& namespace_,
                                      std::string_view kind, int64_t pods) const {
  figures.Set(kAboveSurge, static_cast<double>(pods), {Shown(namespace_), Text(kind)});
}

void AddShown(Figures& figures, const ShownRollout& rollout) {
  const Figures::Labels object = {rollout.namespace_, rollout.name, rollout.kind};
  figures.Set(kInfo, 1,
              {rollout.namespace_, rollout.name, rollout.kind, rollout.strategy, rollout.revision,
               rollout.id, rollout.phase, rollout.cause});
  for (const auto& [state, pods] : rollout.replicas) {
    figures.Set(kReplicas, static_cast<double>(pods),
                {rollout.namespace_, rollout.name, rollout.kind, Text(state)});
  }
  if (rollout.step > 0) {
    figures.Set(kStep, rollout.step, object);
    figures.Set(kSteps, rollout.steps, object);
  }
  figures.Set(kBegan, static_cast<double>(rollout.began.unix_seconds), object);
}

void AddNotShown(Figures& figures, size_t rollouts) {
  figures.Set(kNotShown, static_cast<double>(rollouts));
}

std::vector<MetricSection> RolloutMetrics() {
  return {{"Rollouts",
           {&kStarted, &kFinished, &kDuration, &kRollbacks, &kUnderWay, &kStuck, &kStuckSeconds,
            &kOldest, &kAboveSurge}},
          {"One rollout", {&kInfo, &kReplicas, &kStep, &kSteps, &kBegan, &kNotShown}}};
}

}  // namespace windlass
