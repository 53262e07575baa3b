#include "controller/in_place/phases/rollout_in_place.h"

#include "kubeclient/base/assert.h"

namespace windlass::in_place {

const InPlace& InPlaceOf(const workload::Situation& situation) {
  WL_ASSERT(situation.extension_state != nullptr);
  return static_cast<const InPlaceState&>(*situation.extension_state).in_place;
}

bool GoesBackFirst(const workload::Situation& situation, const InPlace& in_place) {
  return in_place.phase == InPlacePhase::kReturning && in_place.host != situation.new_replica_set;
}

std::optional<RolloutMode> DecisionOf(const InPlace& in_place) {
  if (in_place.phase == InPlacePhase::kReplace) {
    return RolloutMode{.mode = Mode::kReplace, .reason = in_place.why.text};
  }
  if (in_place.phase != InPlacePhase::kDeciding || in_place.replace_soon) return std::nullopt;
  return RolloutMode{.mode = Mode::kInPlace,
                     .host = in_place.host->meta.uid,
                     .from = in_place.host->template_fingerprint,
                     .generation = in_place.host->meta.generation};
}

bool HasStandIns(const ReplicaSet& rs) {
  return rs.replicas > 0 && NotedStandIns(rs) == rs.replicas;
}

bool HasOwnPods(const ReplicaSet& rs) { return rs.replicas > 0 && !HasStandIns(rs); }

bool OthersAreInFlight(const InPlace& in_place) {
  for (size_t i = 0; i < in_place.pods->size(); ++i) {
    const PodStanding& pod = in_place.pods->standings[i];
    const bool failed = in_place.pods->verdicts[i].failed;
    if (pod.in_flight && pod.waited_for() && !failed) return true;
  }
  return false;
}

}  // namespace windlass::in_place
