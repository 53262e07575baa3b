#include "controller/deployment/in_place_situation.h"

#include <algorithm>

namespace windlass::deployment {

bool HasStandIns(const ReplicaSet& rs) {
  return rs.replicas > 0 && in_place::NotedStandIns(rs) == rs.replicas;
}

bool HasOwnPods(const ReplicaSet& rs) { return rs.replicas > 0 && !HasStandIns(rs); }

bool OthersAreInFlight(const InPlace& in_place) {
  for (size_t i = 0; i < in_place.pods->size(); ++i) {
    const in_place::PodStanding& pod = in_place.pods->standings[i];
    const bool failed = std::ranges::count(in_place.failed, i) > 0;
    if (pod.in_flight && pod.waited_for() && !failed) return true;
  }
  return false;
}

}  // namespace windlass::deployment
