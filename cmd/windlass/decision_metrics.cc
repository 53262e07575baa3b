#include "cmd/windlass/all_metrics.h"

namespace windlass {
namespace {

constexpr Metric kDecisions{
    "windlass_decisions_total",
    MetricType::kCounter,
    "Writes that changed the cluster, by kind of the object and by decision.",
    {{{"kind",
       {},
       "the kind of the objects that the controller handles; each controller handles one kind"},
      {"decision",
       {},
       "the event of the write's log line, one of those in [logs.md](logs.md#decisions)"}}}};
constexpr Metric kSyncs{"windlass_syncs_total", MetricType::kCounter, "Syncs begun."};
constexpr Metric kConflicts{
    "windlass_conflicts_total", MetricType::kCounter,
    "Syncs that ended because another client had changed or deleted an object."};
constexpr Metric kUncertainWrites{"windlass_uncertain_writes_total",
                                  MetricType::kCounter,
                                  "Writes that got no usable answer.",
                                  {},
                                  "Windlass reads the object before it writes to it again."};
constexpr Metric kInternalErrors{
    "windlass_internal_errors_total",
    MetricType::kCounter,
    "Syncs that failed because of a bug in Windlass.",
    {},
    "After ten in a row the object gets an event `WindlassInternalError`, and Windlass tries the "
    "object again every five minutes."};
constexpr Metric kEventsSent{
    "windlass_events_sent_total", MetricType::kCounter,
    "Writes of Kubernetes Events that succeeded: new Events, and new counts of repeated ones."};
constexpr Metric kEventsDropped{
    "windlass_events_dropped_total", MetricType::kCounter,
    "Kubernetes Events not written: repeated too soon, too many, or the write failed."};

}  // namespace

MetricSection DecisionMetrics() {
  return {"Decisions",
          {&kDecisions, &kSyncs, &kConflicts, &kUncertainWrites, &kInternalErrors, &kEventsSent,
           &kEventsDropped}};
}

void AddDecisions(const Snapshot& snapshot, Figures& figures) {
  const ControllerCounters& counters = snapshot.controller;
  for (const auto& [what, count] : counters.decisions) {
    figures.Count(kDecisions, count, {std::string(what.kind), std::string(what.decision.name)});
  }
  figures.Count(kSyncs, counters.syncs);
  figures.Count(kConflicts, counters.conflicts);
  figures.Count(kUncertainWrites, counters.uncertain);
  figures.Count(kInternalErrors, counters.internal_errors);
  figures.Count(kEventsSent, snapshot.events.sent);
  figures.Count(kEventsDropped, snapshot.events.dropped);
}

}  // namespace windlass
