#include "cmd/windlass/all_metrics.h"
#include "cmd/windlass/controllers_flag.h"

namespace windlass {
namespace {

constexpr Metric kLeader{"leader_election_master_status",
                         MetricType::kGauge,
                         "1 while this process leads.",
                         {{{"name", {}, "the name of the Lease: `--leader-elect-resource-name`"}}}};
constexpr Metric kBarrierWait{
    "windlass_leader_waits_seconds",
    MetricType::kGauge,
    "How long a controller of this leader has waited for its caches to hold what the former leader "
    "wrote, in seconds. With several controllers, the longest wait. 0 if none waits.",
    {},
    "It usually takes less than a second. The controller writes nothing while it waits. `/readyz` "
    "says why it waits."};
constexpr std::string_view kWindlass[] = {"windlass"};
constexpr Metric kRunning{
    "running_managed_controllers",
    MetricType::kGauge,
    "1 while the controller runs in this process.",
    {{{"manager", kWindlass}, {"name", {}, "one of the controllers of `--controllers`"}}}};
constexpr Metric kMissingRights{
    "windlass_missing_rights",
    MetricType::kGauge,
    "Rights that the latest review found missing, by the controller that needs them.",
    {{{"controller",
       {},
       "one of the controllers of `--controllers`, or `windlass` for what every process needs"}}},
    "`/readyz` and the log name them."};

constexpr Metric kUnservedObjects{
    "windlass_unserved_objects",
    MetricType::kGauge,
    "Objects that seem to wait because no process handles their kind.",
    {{{"kind", {}, "a kind that the API server serves, but `--controllers` leaves out"}}},
    "Windlass looks at the first 100 objects of a kind. An object counts if its status was behind "
    "its spec twice, a minute apart. `/readyz` and the log name one of them. The value is 0 if no "
    "object counts, or if the objects cannot be read."};

}  // namespace

MetricSection LeadershipMetrics() {
  return {"Leadership and rights",
          {&kLeader, &kRunning, &kBarrierWait, &kMissingRights, &kUnservedObjects}};
}

void AddLeadership(const Snapshot& snapshot, Figures& figures) {
  const double leads = snapshot.leader ? 1 : 0;
  figures.Set(kLeader, leads, {snapshot.lease_name});
  for (const std::string& name : snapshot.controllers) {
    figures.Set(kRunning, leads, {"windlass", FullName(name)});
  }
  figures.Set(kBarrierWait, std::chrono::duration<double>(snapshot.barrier_wait).count());
  for (const auto& [controller, count] : snapshot.missing_rights) {
    figures.Set(kMissingRights, static_cast<double>(count), {controller});
  }
  for (const auto& [kind, count] : snapshot.unserved_objects) {
    figures.Set(kUnservedObjects, static_cast<double>(count), {kind});
  }
}

}  // namespace windlass
