#include "cmd/windlass/controllers_flag.h"
#include "cmd/windlass/metric_parts.h"

namespace windlass {
namespace {

constexpr Metric kLeader{"leader_election_master_status",
                         MetricType::kGauge,
                         "1 while this process leads.",
                         {{{"name", {}, "the Lease, as `--leader-elect-resource-name` says"}}}};
constexpr std::string_view kWindlass[] = {"windlass"};
constexpr Metric kRunning{
    "running_managed_controllers",
    MetricType::kGauge,
    "1 while the controller runs here.",
    {{{"manager", kWindlass}, {"name", {}, "one of the controllers of `--controllers`"}}}};
constexpr Metric kMissingRights{
    "windlass_missing_rights",
    MetricType::kGauge,
    "Rights that the latest review found missing, by the controller that needs them.",
    {{{"controller",
       {},
       "one of the controllers of `--controllers`, or `windlass` for what every process needs"}}},
    "`/readyz` and the log name them."};

}  // namespace

MetricSection LeadershipMetrics() {
  return {"Leadership and rights", {&kLeader, &kRunning, &kMissingRights}};
}

void AddLeadership(const Snapshot& snapshot, Figures& figures) {
  const double leads = snapshot.leader ? 1 : 0;
  figures.Set(kLeader, leads, {snapshot.lease_name});
  for (const std::string& name : snapshot.controllers) {
    figures.Set(kRunning, leads, {"windlass", FullName(name)});
  }
  for (const auto& [controller, count] : snapshot.missing_rights) {
    figures.Set(kMissingRights, static_cast<double>(count), {controller});
  }
}

}  // namespace windlass
