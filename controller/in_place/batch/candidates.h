// Decides which Pods may be patched at all, and in what order. budget.h decides how many.
//
//   P-031  A candidate is an active Pod of the host ReplicaSet that is not `updated`
//          (PodStanding).
//   P-037  A Pod whose first containers the kubelet is about to create is put off for up to 60 s.
//          After a patch at that moment Windlass could not tell whether these containers run the
//          old image or the new one.
//   P-042  A Pod in phase Running whose status lists no container is no candidate.
//   P-032  The order (Rank in candidates.cc) spreads Pods in flight over nodes and zones. Nodes
//          without a zone count as one zone. The order counts Pods that are in flight already, so
//          a caller should ask again after each Pod that it takes.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "controller/in_place/batch/rollout_pods.h"

namespace windlass::in_place {

struct Candidates {
  std::vector<const RolloutPod*> order;  // the Pod to patch first comes first
  // The earliest time at which a Pod that was put off becomes a candidate without an event; nullopt
  // if no Pod was put off.
  std::optional<WallTime> look_again{};
};

// Returns the candidates among `pods`.
Candidates CandidatesOf(std::span<const RolloutPod> pods, WallTime now);

}  // namespace windlass::in_place
