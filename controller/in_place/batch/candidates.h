// Decides which Pods may be patched at all, and in what order. budget.h decides how many Pods are
// patched.
//
//   P-031  A candidate is an active Pod of the host ReplicaSet that is not `updated`
//          (PodStanding).
//   P-037  A Pod whose first containers the kubelet is about to create is put off for up to 60 s: a
//          patch at that moment leaves open whether the containers run the old image or the new
//          one.
//   P-042  A running Pod whose status lists no container is left out.
//   P-032  The order (Rank in candidates.cc) spreads Pods in flight over nodes and zones. Nodes
//          without a zone count as one zone. Pods already in flight count, too. So a caller that
//          takes one Pod and then asks again spreads all the Pods that it takes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "controller/in_place/batch/budget.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

struct Candidates {
  std::vector<size_t> order;  // indexes; the Pod to patch first is in front
  // The earliest time at which a Pod that was put off becomes a candidate without an event.
  std::optional<WallTime> look_again{};
};

// Returns the candidates among `pods`. `standings[i]` belongs to `pods[i]`.
Candidates CandidatesOf(std::span<const Pod* const> pods, std::span<const PodStanding> standings,
                        WallTime now);

}  // namespace windlass::in_place
