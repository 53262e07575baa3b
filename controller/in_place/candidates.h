// Which Pods may be patched at all, and in what order. How many of them, says budget.h.
//
//   P-031  active Pods of the host ReplicaSet that are not of the target
//   P-037  but not one whose containers are about to be made for the first time, for up to 60 s:
//          whether the kubelet makes them of the old image or the new one, nobody could tell
//   P-042  nor one that runs, and whose status says nothing of its containers
//
// P-032 has the order. Pods in flight are spread over nodes and zones: what is in flight already
// counts, so a caller that takes one Pod and then looks again spreads all that it takes. Nodes
// without a zone are a zone of their own.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "controller/in_place/budget.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

struct Candidates {
  std::vector<size_t> order;  // indexes, the one to be patched first in front
  // When a Pod that is put off becomes one, should no event tell before.
  std::optional<WallTime> look_again{};
};

// `standings` are those of `pods`, in the same order.
Candidates CandidatesOf(std::span<const Pod* const> pods, std::span<const PodStanding> standings,
                        WallTime now);

}  // namespace windlass::in_place
