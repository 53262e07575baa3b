// What an update in place writes to ReplicaSets: the pending one with the decision on it, sizes of
// stand-ins, mirrored annotations. Source: P-013, P-020 … P-026, P-062, P-063, P-074.
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

// The pending ReplicaSet, by the ordinary create and without Pods, or an old one that has the
// template; either way with the decision on it (P-020, P-021).
Step Stage(const Situation& situation);

// The user's settings on every ReplicaSet (P-074).
std::optional<Step> MirrorAnnotations(const Situation& situation);

// As many stand-ins as are wanted now, which is none at the end (P-024, P-025).
std::optional<Step> KeepStandIns(const Situation& situation);

// No stand-ins but those of `except`, which may be null, as soon as enough other Pods are
// available.
std::optional<Step> RemoveStandIns(const Situation& situation, const ReplicaSet* except);

Step BlockRevision(const Situation& situation, const std::string& why);
Step FallBackToRecreate(const Situation& situation, const Cause& why);

}  // namespace windlass::deployment
