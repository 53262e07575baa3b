// Setting a ReplicaSet's size, and `kubectl scale`. Source: D-271, D-350…D-359.
//
// A scaling event is spec.replicas changing while ReplicaSets are active. It shows in the
// desired-replicas annotation of an active ReplicaSet: the size its Deployment had when it was last
// scaled (D-352). It is handled before the rollout goes on, and is over once the annotations say
// so.
//
// Differences from upstream:
//   contract B-01 (U4)  a ReplicaSet that has the right size but an out-of-date annotation gets the
//                       annotation; upstream returns early and the rollout never runs again;
//   contract B-02       under Recreate sizes need not stay in proportion: the annotations are
//   refreshed; kHalfDone           an earlier controller refreshed some ReplicaSets and was stopped
//   before the others.
//                       The rest is refreshed and the rollout goes on from the sizes there are, so
//                       that scaling back, too, leads out of every such state.
// Keeping sizes in proportion (D-357) comes later; until then that case is left alone
// (unsupported.h).
#pragma once

#include <optional>
#include <string>

#include "controller/deployment/patches.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

enum class Scaling : uint8_t {
  kNone,          // no scaling event
  kOneActive,     // the only active ReplicaSet takes the new size (D-354)
  kToZero,        // every active ReplicaSet goes to 0 (D-357.3 for replicas == 0, X-80)
  kSaturated,     // the new ReplicaSet is full and available: old ones go to 0 (D-355)
  kRefresh,       // Recreate: sizes stay, annotations are brought up to date (contract B-02)
  kHalfDone,      // some active ReplicaSets already say the new size: the others follow
  kProportional,  // two or more active ReplicaSets to be kept in proportion: not supported yet
};
Scaling ScalingOf(const Situation& situation);

// The next write of a scaling event; nullopt when there is none, or nothing is left to write.
// Must not be called for kProportional.
std::optional<Step> HandleScaling(const Situation& situation);

// A write that gives `rs` a size of `replicas` along with both size annotations, and tells users so
// if the size changes (D-271). `change` may hold more to be written in the same patch.
Write Resize(const Situation& situation, const ReplicaSet& rs, int32_t replicas,
             std::string decision, ReplicaSetChange change = {});

// Whatever the new ReplicaSet lacks, and `replicas` as its size: one write, or nullopt (D-165,
// D-261).
std::optional<Step> UpdateNewReplicaSet(const Situation& situation, int32_t replicas);

}  // namespace windlass::deployment
