// Setting a ReplicaSet's size, and `kubectl scale`. Source: D-271, D-350…D-359.
//
// A scaling event is spec.replicas changing while ReplicaSets are active. It shows in the
// desired-replicas annotation of an active ReplicaSet: the size its Deployment had when it was last
// scaled (D-352). It is handled before the rollout goes on, and is over once the annotations say
// so, or the status where the server does not keep them. A paused Deployment is kept at its size in
// the same way, event or not (D-350).
//
// The rollout goes on in the same sync, and the status is written after it: upstream writes one in
// between, which acknowledges a template that came with the new size before anything was done about
// it (B-41).
//
// Differences from upstream:
//   B-01       a ReplicaSet that has the right size but an out-of-date annotation gets the
//                       annotation; upstream returns early and the rollout never runs again;
//   B-02       under Recreate sizes need not stay in proportion: the annotations are
//                       refreshed, which ends the event;
//   sizes move for a generation that is not acknowledged yet; after that a wrong annotation is put
//                       right and no Pod moves for it, whoever wrote it. So annotations that the
//                       server does not keep, as an admission webhook may have it, neither hold up
//                       a rollout nor undo what it does to the sizes.
#pragma once

#include <optional>
#include <string>

#include "controller/deployment/patches.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

enum class Scaling : uint8_t {
  kNone,          // no scaling event
  kOneActive,     // the only active ReplicaSet takes the new size, if none is, the new one (D-354)
  kSaturated,     // the new ReplicaSet is full and available: old ones go to 0 (D-355)
  kRefresh,       // sizes stay, annotations are brought up to date: under Recreate (B-02),
                  // and when the generation was acted upon before
  kProportional,  // two or more active ReplicaSets keep their shares (D-357, proportional.h)
};
Scaling ScalingOf(const Situation& situation);

// The next write of a scaling event, or of keeping a paused Deployment at its size; nullopt when
// there is none, or nothing is left to write. Failed instead of any write by a strategy that cannot
// be carried out (strategy.h).
std::optional<Step> HandleScaling(const Situation& situation);

// The Deployment's size for the one ReplicaSet that has its Pods, whatever else there is: while
// they are updated in place (P-070).
std::optional<Step> KeepAtSize(const Situation& situation, const ReplicaSet& rs);

// A write that gives `rs` a size of `replicas` along with both size annotations, and tells users so
// if the size changes (D-271). `change` may hold more to be written in the same patch.
Write Resize(const Situation& situation, const ReplicaSet& rs, int32_t replicas, Decision decision,
             ReplicaSetChange change = {});

// Whatever the new ReplicaSet lacks, and `replicas` as its size: one write, or nullopt (D-165,
// D-261). What the server did not keep in this sync, size apart, it may lack.
std::optional<Step> UpdateNewReplicaSet(const Situation& situation, int32_t replicas);

}  // namespace windlass::deployment
