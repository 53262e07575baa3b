// What the daemon shows of itself: the ports, Daemon::Publish for /metrics, Beat for /livez and
// /readyz.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmd/windlass/daemon.h"
#include "cmd/windlass/ops_server.h"

namespace windlass {
namespace {

// /livez of a leader fails if its last renewal of the Lease is older than the lease duration plus
// this time (L-013). The leader must stop writing much earlier. Example: with a lease duration of
// 15 s, /livez fails 35 s after the last renewal.
constexpr Duration kRenewalGrace = seconds(20);

}  // namespace

// Opens the ports that are switched on. Returns false, and logs why, if one cannot be opened.
bool Daemon::OpenPorts() {
  const auto open = [this](std::string_view flag, Result<std::unique_ptr<HttpResponder>> opened,
                           std::unique_ptr<HttpResponder>& port, std::string_view serving) {
    if (!opened.ok()) {
      log_.Error(std::move(opened).error().Context(flag).message);
      return false;
    }
    port = std::move(opened).value();
    log_.Info(serving, {{"address", port->address()}});
    return true;
  };
  const std::string& metrics = flags_.metrics_bind_address;
  if (metrics != "0" &&
      !open("--metrics-bind-address", ServeMetrics(metrics, clock_, board_, heartbeat_), metrics_,
            "serving metrics and health")) {
    return false;
  }
  const std::string& probes = flags_.health_probe_bind_address;
  if (probes != "0" && !open("--health-probe-bind-address", ServeProbes(probes, heartbeat_),
                             probes_, "serving health")) {
    return false;
  }
  if (metrics_ || probes_) Beat();
  return true;
}

// A candidate that waits for the Lease is ready. Otherwise a Deployment of Windlass with two
// replicas would never become available (L-013).
Readiness Daemon::HowReady() const {
  std::vector<ControllerCondition> controllers;
  ForEachController([&](std::string_view name, const WatchingController& controller) {
    controllers.push_back({name, controller.HoldsReadiness(), controller.Troubles(),
                           controller.Notes(), controller.WaitsForApi()});
  });
  Readiness readiness = ReadinessOf(controllers, missing_rights_);
  for (std::string& note : other_kinds_.Notes()) readiness.notes.push_back(std::move(note));
  for (const Runtime::AtBarrier& waiting : runtime_.at_barrier()) {
    if (!waiting.trouble.empty()) readiness.reasons.push_back(waiting.trouble);
  }
  if (transport_.away()) readiness.reasons.emplace_back("the API server does not answer");
  if (stopping_) readiness.reasons.emplace_back("stopping");
  return readiness;
}

void Daemon::Beat() {
  const std::optional<MonotonicTime> renewed = election_.last_renewal();
  std::optional<MonotonicTime> renewal_due;
  if (renewed) renewal_due = *renewed + flags_.lease_duration + kRenewalGrace;
  heartbeat_.Beat(HowReady(), renewal_due);
  timers_.At(clock_.Now() + kHeartbeat, [this] { Beat(); });
}

void Daemon::Publish() {
  Snapshot snapshot;
  snapshot.turn_cpu = turn_cpu_;
  snapshot.leader = leading_;
  snapshot.missing_rights["windlass"] = 0;
  for (const std::string& name : names_) snapshot.missing_rights[name] = 0;
  for (const NeededRight& right : missing_rights_) {
    const bool of_process = right.controller.empty();
    ++snapshot.missing_rights[of_process ? "windlass" : std::string(right.controller)];
  }
  snapshot.unserved_objects = other_kinds_.Waiting();
  snapshot.lease_name = flags_.leader_elect_name;
  snapshot.controller = runtime_.counters();
  snapshot.controllers = runtime_.names();
  snapshot.queue = runtime_.queue_counters();
  for (const Runtime::AtBarrier& waiting : runtime_.at_barrier()) {
    snapshot.barrier_wait = std::max(snapshot.barrier_wait, waiting.since);
  }
  snapshot.server_away = transport_.away();
  snapshot.server_times_away = transport_.times_away();
  snapshot.server_probes = transport_.probes();
  snapshot.requests_sent = transport_.sent();
  snapshot.client = client_.counters();
  snapshot.request_duration = request_duration_;
  snapshot.rate_limiter_duration = rate_limiter_duration_;
  snapshot.events = events_.counters();
  snapshot.informers = runtime_.informers().Snapshots();
  snapshot.cache_budget = budget_.limit();
  snapshot.text_bytes = decoder_.symbols().bytes();
  runtime_.ForEach(
      [&](const WatchingController& controller) { controller.AddFigures(snapshot.figures); });
  if (!flags_.metrics_namespace_label) snapshot.figures.LeaveOutNamespaces();
  board_.Publish(std::move(snapshot));
}

}  // namespace windlass
