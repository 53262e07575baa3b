// Room in PodDisruptionBudgets for the Pods that an update in place takes down, where policy
// Reserve asks for it: two writes more for each Pod and budget. Source: in-place C.6, P-038.
//
// Whether an entry is ours, the Pod's state says, which is written right after it. A crash between
// the two leaves an entry of which nobody knows whose it is: it is used, like one of an eviction,
// and ends by itself.
#pragma once

#include <optional>

#include "controller/deployment/situation.h"
#include "controller/step.h"

namespace windlass::deployment {

// What is to be done about budgets before a Pod is taken down.
struct Reservation {
  std::optional<Write> first{};        // and then everything is looked at again
  bool refused = false;                // in this sync: the Pod is left alone
  std::optional<WallTime> reserved{};  // of the entries written right before: for the Pod's state
};

// For Pod `i` of InPlace::pods. Nothing unless the policy is Reserve.
Reservation ReserveFor(const Situation& situation, size_t i);

// An entry of ours whose Pod is up again, or about to be put back into traffic, or would not be
// patched in this sync, is taken away; whatever the policy is by now.
std::optional<Step> ReleaseReservations(const Situation& situation);

// A reservation of this sync that was refused, and not because somebody was faster; null: none.
const Outcome* RefusedReservation(const Learned& learned);

}  // namespace windlass::deployment
