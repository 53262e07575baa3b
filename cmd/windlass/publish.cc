// What the daemon shows of itself: Daemon::Publish for /metrics and /livez, HowReady for /readyz.
#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "cmd/windlass/daemon.h"

namespace windlass {
namespace {

template <typename T>
InformerSnapshot Look(const char* resource, const Informer<T>& informer,
                      const CacheAuditCounters& audit, MonotonicTime now) {
  InformerSnapshot seen;
  seen.resource = resource;
  seen.synced = informer.HasSynced();
  seen.objects = informer.store().size();
  seen.quarantined = informer.quarantined().size();
  seen.duplicates = informer.store().duplicates();
  seen.stale = informer.store().stale();
  seen.reflector = informer.reflector().counters();
  seen.last_version = std::strtod(informer.reflector().last_version().text.c_str(), nullptr);
  seen.seconds_since_last_heard =
      std::chrono::duration<double>(now - informer.reflector().last_heard()).count();
  seen.seconds_since_last_bookmark =
      std::chrono::duration<double>(now - informer.reflector().last_bookmark()).count();
  seen.sync_seconds =
      std::chrono::duration<double>(informer.reflector().time_to_sync().value_or(Duration{0}))
          .count();
  seen.audit = audit;
  return seen;
}

// The leader is reported dead if its last renewal is older than the lease duration plus this
// (L-013). Its permit has long ended then. Example: after 35 s with a lease duration of 15 s.
constexpr Duration kRenewalGrace = seconds(20);

}  // namespace

// A candidate that waits for the Lease is ready. Otherwise a Deployment of Windlass with two
// replicas would never become available (L-013).
Readiness Daemon::HowReady() const {
  Readiness readiness;
  for (const Right& right : missing_rights_) readiness.AddMissing(right);
  std::ranges::move(controller_.cache().Troubles(), std::back_inserter(readiness.reasons));
  if (transport_.away()) readiness.reasons.emplace_back("the API server does not answer");
  if (stopping_) readiness.reasons.emplace_back("stopping");
  std::ranges::move(controller_.cache().in_place().Troubles(), std::back_inserter(readiness.notes));
  return readiness;
}

void Daemon::Publish() {
  Snapshot snapshot;
  snapshot.readiness = HowReady();
  snapshot.leader = leading_;
  const std::optional<MonotonicTime> renewed = election_.last_renewal();
  snapshot.alive = !renewed || clock_.Now() - *renewed < flags_.lease_duration + kRenewalGrace;
  snapshot.lease_name = flags_.leader_elect_name;
  snapshot.controller = controller_.counters();
  snapshot.in_place = controller_.in_place_figures();
  snapshot.queue = controller_.queue_counters();
  snapshot.server_away = transport_.away();
  snapshot.server_times_away = transport_.times_away();
  snapshot.server_probes = transport_.probes();
  snapshot.requests_sent = transport_.sent();
  snapshot.client = client_.counters();
  snapshot.request_duration = request_duration_;
  snapshot.rate_limiter_duration = rate_limiter_duration_;
  snapshot.events = events_.counters();
  const MonotonicTime now = clock_.Now();
  const ClusterCache& cache = controller_.cache();
  snapshot.informers.push_back(
      Look("deployments", cache.deployments(), cache.deployments_audit(), now));
  snapshot.informers.push_back(
      Look("replicasets", cache.replica_sets(), cache.replica_sets_audit(), now));
  if (cache.watches_pods()) {
    snapshot.informers.push_back(Look("pods", cache.pods(), cache.pods_audit(), now));
  }
  if (const InPlaceCache& in_place = cache.in_place(); in_place.running()) {
    snapshot.informers.push_back(Look("whole_pods", in_place.pods(), in_place.pods_audit(), now));
    snapshot.informers.push_back(Look("nodes", in_place.nodes(), in_place.nodes_audit(), now));
    snapshot.informers.push_back(
        Look("poddisruptionbudgets", in_place.budgets(), in_place.budgets_audit(), now));
  }
  board_.Publish(std::move(snapshot));
}

}  // namespace windlass
