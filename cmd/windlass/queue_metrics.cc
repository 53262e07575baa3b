#include <string>

#include "cmd/windlass/all_metrics.h"

namespace windlass {
namespace {

constexpr MetricLabel kName{
    "name",
    {},
    "the controllers that share the queue, separated by commas; each process has one queue"};
// The values of the label `priority`, as PointsOf returns them (kubeclient/cache/ready_keys.h).
// controller-runtime's priority queue has a metric with the same label.
constexpr std::string_view kPriorityValues[] = {"100", "50", "0", "-100"};

constexpr Metric kDepth{
    "workqueue_depth",
    MetricType::kGauge,
    "Current depth of workqueue by workqueue and priority",
    {{kName, {"priority", kPriorityValues}}},
    "Priority 100 is a user's change, 50 a step of a rollout under way, 0 a change of a status "
    "alone, and -100 a look at an object without a change, such as when leadership begins. `sum by "
    "(name)` gives client-go's metric."};
constexpr Metric kAdds{"workqueue_adds_total",
                       MetricType::kCounter,
                       "Total number of adds handled by workqueue",
                       {{kName}}};
constexpr Metric kQueueDuration{"workqueue_queue_duration_seconds",
                                MetricType::kHistogram,
                                "How long in seconds an item stays in workqueue before being "
                                "requested",
                                {{kName}}};
constexpr Metric kWorkDuration{"workqueue_work_duration_seconds",
                               MetricType::kHistogram,
                               "How long in seconds processing an item from workqueue takes.",
                               {{kName}}};
constexpr Metric kUnfinished{"workqueue_unfinished_work_seconds",
                             MetricType::kGauge,
                             "How many seconds of work has been done that is in progress",
                             {{kName}}};
constexpr Metric kLongestRunning{"workqueue_longest_running_processor_seconds",
                                 MetricType::kGauge,
                                 "How many seconds has the longest running processor been running",
                                 {{kName}}};
constexpr Metric kRetries{"workqueue_retries_total",
                          MetricType::kCounter,
                          "Total number of retries handled by workqueue",
                          {{kName}}};

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// Returns the name of the queue, which all controllers of the process share: "deployment" if that
// controller runs alone, "deployment,rollout" if both run.
std::string QueueName(const Snapshot& snapshot) {
  std::string name;
  for (const std::string& controller : snapshot.controllers) {
    name += (name.empty() ? "" : ",") + controller;
  }
  return name;
}

}  // namespace

MetricSection QueueMetrics() {
  return {"Queue",
          {&kDepth, &kAdds, &kRetries, &kQueueDuration, &kWorkDuration, &kUnfinished,
           &kLongestRunning}};
}

void AddQueue(const Snapshot& snapshot, Figures& figures) {
  const std::string name = QueueName(snapshot);
  for (size_t i = 0; i < kPriorities; ++i) {
    figures.Set(kDepth, static_cast<double>(snapshot.queue.depth_by_priority[i]),
                {name, std::to_string(PointsOf(static_cast<Priority>(i)))});
  }
  figures.Count(kAdds, snapshot.queue.adds, {name});
  figures.Spread(kQueueDuration, snapshot.controller.queue_duration, {name});
  figures.Spread(kWorkDuration, snapshot.controller.work_duration, {name});
  figures.Set(kUnfinished, Seconds(snapshot.queue.unfinished), {name});
  figures.Set(kLongestRunning, Seconds(snapshot.queue.longest_running), {name});
  figures.Count(kRetries, snapshot.queue.retries, {name});
}

}  // namespace windlass
