// The metrics of rollouts, and the values of the counters among them. Each kind of workloads adds
// label values of its own (rollout_words.h). Counters count only what happens while this process
// leads, so that the counters of all replicas of Windlass can be added up.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controller/runtime/figures.h"
#include "controller/runtime/metric.h"
#include "controller/workload/watch/rollout_state.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/histogram.h"

namespace windlass {

// Values of the label `change`.
inline constexpr std::string_view kChangeTemplate = "template";
inline constexpr std::string_view kChangeRollback = "rollback";

// All namespaces after the first kNamespacesCountedMax are counted together, under the name
// kOtherNamespaces. No real namespace can have this name, because of the underscore.
inline constexpr size_t kNamespacesCountedMax = 1000;
inline constexpr std::string_view kOtherNamespaces = "_other";

// The labels and values of the metric series of one rollout.
struct ShownRollout {
  std::string namespace_, name, kind, strategy, revision, id, phase, cause;
  WallTime began{};
  int32_t step = 0;  // from 1; 0 if there are no steps
  int32_t steps = 0;
  // Pods by state: "desired", "updated", "ready", "available", "old", "terminating".
  std::vector<std::pair<std::string_view, int64_t>> replicas{};
};

class RolloutCounts {
 public:
  void Started(const std::string& namespace_, std::string_view kind, std::string_view strategy,
               std::string_view change);
  void Finished(const std::string& namespace_, std::string_view kind, std::string_view strategy,
                std::string_view outcome, Duration took);
  void RolledBack(const std::string& namespace_, std::string_view kind, std::string_view trigger);
  void WasStuck(const std::string& namespace_, std::string_view kind, std::string_view cause,
                Duration time);

  void AddFigures(Figures& figures) const;

  // Call AddUnderWay and AddPodsAboveSurge only while this process leads, because only a leader
  // shows gauges. `stuck_for`: how long the rollout has been stuck by the cause in `state`, without
  // the time that WasStuck has counted already. windlass_rollout_stuck_seconds_total shows the
  // counted time plus `stuck_for`.
  void AddUnderWay(Figures& figures, const std::string& namespace_, std::string_view kind,
                   const workload::RolloutState& state, Duration stuck_for) const;
  void AddPodsAboveSurge(Figures& figures, const std::string& namespace_, std::string_view kind,
                         int64_t pods) const;

 private:
  // Adds `namespace_` to `namespaces_`, and returns it. If `namespaces_` already has
  // kNamespacesCountedMax other namespaces, returns kOtherNamespaces instead.
  std::string Counted(const std::string& namespace_);
  // Returns what Counted would return, but does not change `namespaces_`. Returns "" for "".
  std::string Shown(const std::string& namespace_) const;

  std::set<std::string> namespaces_;
  std::map<Figures::Labels, uint64_t> started_;
  std::map<Figures::Labels, uint64_t> finished_;
  std::map<Figures::Labels, uint64_t> rollbacks_;
  std::map<Figures::Labels, double> stuck_seconds_;
  std::map<Figures::Labels, Histogram> durations_;
};

// These functions add further gauges. Call them only while this process leads.
void AddOldest(Figures& figures, std::string_view kind, std::string_view phase, Duration age);
void AddShown(Figures& figures, const ShownRollout& rollout);
void AddNotShown(Figures& figures, size_t rollouts);

// Returns the metrics of rollouts as docs/metrics.md lists them.
std::vector<MetricSection> RolloutMetrics();

}  // namespace windlass
