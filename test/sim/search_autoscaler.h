// A horizontal pod autoscaler of one workload. Every 15 seconds it reads the workload's scale and
// the states of its Pods, and writes another size if the load of the ready Pods asks for one. It
// ends when the faults do, so that convergence can be judged.
//
// The load is drawn anew at one of four looks, from the plan's seed and the deed alone: a deed that
// is left out does not change what another autoscaler sees. Left out is what upstream does to scale
// down later, or up in steps: the workload is then scaled less often.
#pragma once

#include <cstdint>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/random.h"
#include "test/sim/search_workload.h"

namespace windlass::sim {

struct AutoscalerView {
  int64_t size = 0;  // spec.replicas of the scale
  int64_t pods = 0;  // active ones
  int64_t ready = 0;
  int64_t load = 100;  // of each ready Pod, in percent of the target
};

// Returns the size that upstream's autoscaler computes (replica_calculator.go). If the load is too
// high, Pods that are not ready count as idle. 4 Pods, 3 of them ready at 150 %: 450 / 4 = 112 % on
// average is still too high, and 450 / 100 makes 5 Pods. It counts the Pods, not the size: Pods
// that a rollout has in addition make it larger.
int64_t SizeFor(const AutoscalerView& view, int64_t minimum, int64_t maximum);

class SearchAutoscaler {
 public:
  // Looks from now on, until `end`. `deed`: a is the minimum, b the maximum. The references must
  // outlive the loop of `world`, and so must this.
  SearchAutoscaler(World& world, const SearchWorkload& workload, const PlannedDeed& deed,
                   uint64_t seed, MonotonicTime end);
  SearchAutoscaler(const SearchAutoscaler&) = delete;
  SearchAutoscaler& operator=(const SearchAutoscaler&) = delete;

  const SearchWorkload& workload() const { return workload_; }

 private:
  void Look();
  void Scale();

  World& world_;
  const SearchWorkload& workload_;
  const int64_t minimum_;
  const int64_t maximum_;
  const MonotonicTime end_;
  Random random_;
  int64_t load_ = 100;
};

}  // namespace windlass::sim
