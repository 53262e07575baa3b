// What updates in place leave behind where none is under way, or not any more: Pods out of traffic,
// closed gates, notes. Pods are let back while an ordinary rollout goes on, which waits for none of
// it; what ReplicaSets remember goes when nothing is left, because by that the Pods are found again
// after a restart (P-076, P-078).
#pragma once

#include <optional>
#include <string>

#include "controller/deployment/in_place_reason.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

// `left_drained` and `look_again` of `in_place`, where Pods can be seen and no phase looks after
// them.
void LookAtLeftDrained(const Situation& situation, InPlace& in_place);

// All Pods there should be are there, take traffic and have open gates. False where they cannot be
// seen.
bool NothingIsLeft(const Situation& situation);

// What speaks against telling that the Deployment is handed back (P-076).
struct Unreleased {
  InPlaceReason reason = InPlaceReason::kPatching;
  std::string why;
  std::optional<WallTime> look_again{};  // when time alone may change it
};

// A note, or a Pod out of traffic or in flight, unless it has been restarted, somebody edited it
// since or no kubelet looks after it. nullopt: nothing is left. Requires that Pods can be seen.
std::optional<Unreleased> FindUnreleased(const Situation& situation);

// The wait, or that for the next try, is not longer than until time alone may change what is to be
// done in place, nor than a minute where a Pod could not be let back.
Step NoLaterThanLookAgain(const Situation& situation, Step then);

}  // namespace windlass::deployment
