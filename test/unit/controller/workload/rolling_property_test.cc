// Properties that must hold for all sizes and counters that the cluster may show.
#include <numeric>

#include "controller/workload/replica_set_size.h"
#include "controller/workload/rolling_sizes.h"
#include "test/property.h"
#include "test/proves.h"

namespace windlass::workload::rolling_property_test {
namespace {

struct Rollout {
  Fenceposts limits;
  ReplicaSetSize new_replica_set;
  std::vector<ReplicaSetSize> old;
};

ReplicaSetSize AnySize(int32_t replicas_max) {
  const int32_t replicas = *rc::gen::inRange(0, replicas_max + 1);
  // More than the ReplicaSet's size, as a lagging status shows it.
  return {replicas, *rc::gen::inRange(0, replicas + 4)};
}

Rollout AnyRollout() {
  Rollout rollout;
  Fenceposts& limits = rollout.limits;
  limits.desired = *rc::gen::inRange(0, 30);
  limits.surge = *rc::gen::inRange(0, 12);
  limits.max_unavailable = *rc::gen::inRange(0, limits.desired + 1);
  const bool held = *rc::gen::inRange(0, 2) == 0;
  if (held) limits.updated_max = *rc::gen::inRange(0, 32);
  rollout.new_replica_set = AnySize(40);
  const int count = *rc::gen::inRange(0, 5);
  for (int i = 0; i < count; ++i) rollout.old.push_back(AnySize(20));
  return rollout;
}

int64_t Total(const ReplicaSetSize& new_replica_set, const std::vector<ReplicaSetSize>& old) {
  int64_t total = new_replica_set.replicas;
  for (const ReplicaSetSize& rs : old) total += rs.replicas;
  return total;
}

// Returns the available Pods that stay when each ReplicaSet keeps `sizes`, with unavailable ones
// removed first.
int64_t AvailableAfter(const ReplicaSetSize& new_replica_set,
                       const std::vector<ReplicaSetSize>& old, const std::vector<int32_t>& sizes) {
  int64_t available = std::min(new_replica_set.available, new_replica_set.replicas);
  for (size_t i = 0; i < old.size(); ++i) available += std::min(old[i].available, sizes[i]);
  return available;
}

int64_t TotalOf(const std::vector<int32_t>& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
}

TEST_CASE("growing the new ReplicaSet never exceeds replicas + surge") {
  CheckProperty("max_total (D-261, D-273)", [] {
    const Rollout r = AnyRollout();
    const int64_t total = Total(r.new_replica_set, r.old);
    const int32_t size = NewReplicaSetSize(r.new_replica_set, r.old, r.limits);
    RC_ASSERT(size <= r.limits.desired);
    if (size > r.new_replica_set.replicas) {
      RC_ASSERT(total - r.new_replica_set.replicas + size <= r.limits.max_total());
    } else {
      const bool holds = r.limits.kept_old() > 0 && total > r.limits.desired;  // RO-048
      RC_ASSERT(size == r.new_replica_set.replicas ||
                r.new_replica_set.replicas > r.limits.desired || holds);
    }
  });
  Proves("D-261");
}

TEST_CASE("shrinking old ReplicaSets never goes below the available minimum") {
  CheckProperty("min_available (D-265…D-268, D-273)", [] {
    const Rollout r = AnyRollout();
    const std::vector<int32_t> sizes = OldReplicaSetSizes(r.old, r.new_replica_set, r.limits);
    RC_ASSERT(sizes.size() == r.old.size());
    std::vector<int32_t> before;
    for (const ReplicaSetSize& rs : r.old) before.push_back(rs.replicas);
    for (size_t i = 0; i < sizes.size(); ++i) RC_ASSERT(sizes[i] >= 0 && sizes[i] <= before[i]);

    const int64_t available = AvailableAfter(r.new_replica_set, r.old, before);
    const int64_t left = AvailableAfter(r.new_replica_set, r.old, sizes);
    RC_ASSERT(left >= std::min(available, r.limits.min_available()));
  });
  Proves("D-268 D-273");
}

TEST_CASE("Pods that are held on the old revision stay there") {
  CheckProperty("updated_max (RO-044, RO-045)", [] {
    const Rollout r = AnyRollout();
    const int64_t total = Total(r.new_replica_set, r.old);
    const int64_t of_old = total - r.new_replica_set.replicas;
    const int64_t kept = std::min<int64_t>(r.limits.kept_old(), of_old);
    RC_ASSERT(TotalOf(OldReplicaSetSizes(r.old, r.new_replica_set, r.limits)) >= kept);
    const int32_t size = NewReplicaSetSize(r.new_replica_set, r.old, r.limits);
    const bool grows = size > r.new_replica_set.replicas;
    RC_ASSERT(!grows || size + kept <= r.limits.desired);
    RC_ASSERT(size >= std::min<int64_t>(r.new_replica_set.replicas, r.limits.desired - kept));
  });
  Proves("RO-044 RO-045");
}

TEST_CASE("the new ReplicaSet gives up what is above its limit and above desired, and no more") {
  CheckProperty("surplus (RO-048)", [] {
    const Rollout r = AnyRollout();
    const int32_t present = r.new_replica_set.replicas;
    const int32_t size = NewReplicaSetSize(r.new_replica_set, r.old, r.limits);
    if (present > r.limits.desired || size >= present) return;
    const int64_t left = Total(r.new_replica_set, r.old) - present + size;
    RC_ASSERT(left >= r.limits.desired);
    RC_ASSERT(size >= r.limits.desired - r.limits.kept_old());

    std::vector<int32_t> sizes;
    for (const ReplicaSetSize& rs : r.old) sizes.push_back(rs.replicas);
    const int64_t available = AvailableAfter(r.new_replica_set, r.old, sizes);
    const ReplicaSetSize shrunk{size, r.new_replica_set.available};
    RC_ASSERT(AvailableAfter(shrunk, r.old, sizes) >=
              std::min(available, r.limits.min_available()));
    RC_ASSERT(NewReplicaSetSize(shrunk, r.old, r.limits) == size);  // and it stays
  });
  Proves("RO-048");
}

TEST_CASE("one write after the other gives the sizes that were planned together") {
  CheckProperty("confluence (W-06)", [] {
    Rollout r = AnyRollout();
    const std::vector<int32_t> planned = OldReplicaSetSizes(r.old, r.new_replica_set, r.limits);
    for (size_t i = 0; i < r.old.size(); ++i) {  // the status lags behind every write
      r.old[i].replicas = OldReplicaSetSizes(r.old, r.new_replica_set, r.limits)[i];
      RC_ASSERT(r.old[i].replicas == planned[i]);
    }
    RC_ASSERT(OldReplicaSetSizes(r.old, r.new_replica_set, r.limits) == planned);
  });
  Proves("W-06");
}

TEST_CASE("a rollout whose Pods become available always arrives") {
  CheckProperty("liveness", [] {
    Rollout r = AnyRollout();
    if (r.limits.surge == 0 && r.limits.max_unavailable == 0) {
      r.limits.max_unavailable = std::min(1, r.limits.desired);  // D-251
    }
    const int64_t kept = std::min<int64_t>(
        r.limits.kept_old(), Total(r.new_replica_set, r.old) - r.new_replica_set.replicas);
    const int64_t arrives = r.limits.desired - kept;
    for (int pass = 0; pass < 200; ++pass) {
      r.new_replica_set.available = r.new_replica_set.replicas;
      for (ReplicaSetSize& rs : r.old) rs.available = rs.replicas;
      r.new_replica_set.replicas = NewReplicaSetSize(r.new_replica_set, r.old, r.limits);
      const auto sizes = OldReplicaSetSizes(r.old, r.new_replica_set, r.limits);
      for (size_t i = 0; i < sizes.size(); ++i) r.old[i].replicas = sizes[i];
    }
    RC_ASSERT(r.new_replica_set.replicas == arrives);
    RC_ASSERT(Total(r.new_replica_set, r.old) == r.limits.desired);
  });
  Proves("RO-044 RO-045 RO-048");
}

}  // namespace
}  // namespace windlass::workload::rolling_property_test
