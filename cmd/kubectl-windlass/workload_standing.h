// Where the rollout of a Deployment or Rollout stands, and what users are told about updates in
// place, rollbacks and refused strategies. For Deployments the sentences about the rollout are
// those of kubectl rollout status.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/standing.h"

namespace windlass::cli {

// Both return where the object stands. Example of Standing::sentence, for a Deployment that lacks
// new Pods:
//   Waiting for deployment "web" rollout to finish: 2 out of 4 new replicas have been updated...
Standing StandingOfDeployment(const Json& object);
Standing StandingOfRollout(const Json& object);

// Returns true if `standing` shows users the message of `condition` already: it quotes
// status.message of a Rollout (quotes_message), and Windlass repeats the message of `condition`
// there. Windlass repeats in status.message
//   - what it cannot go on with (HoldsUp of own_reasons.h), such as a refused write
//   - an update in place that was given up
bool Quotes(const Standing& standing, const Json& condition);

// Returns the condition of updates in place; null if there is none, or if it reports nothing of
// interest (Complete, HandedBack).
const Json* InPlaceToTell(const Json& object);

// Both return true if the object asks that its Pods are only updated in place, and never replaced
// (OnlyInPlace of kind.h):
//   - a Deployment: annotation windlass.dev/in-place is "only", in upper or lower case
//   - a Rollout: spec.strategy.type is InPlaceOnly
bool IsDeploymentOnlyInPlace(const Json& deployment);
bool IsRolloutOnlyInPlace(const Json& rollout);

// Returns what commands say of a Rollout whose spec.strategy cannot be carried out. Example: "is
// stalled (InvalidStrategy): spec.strategy cannot be carried out: ", and the rest of
// status.message. Returns "" if
//   - the condition Stalled has another reason, or is not True. Example: the Rollout is paused.
//   - Windlass has not seen the latest spec
std::string StalledByStrategy(const Json& rollout);

// Returns the command that takes back the rollout of a Rollout, such as "kubectl windlass abort
// rollout/web -n shop". If there is no stable revision, the command is undo, because an abort would
// move no Pod (RO-032). Returns "" if there is no earlier revision to undo to. `object` is
// "rollout/web -n shop".
std::string CommandBack(const Json& rollout, const std::string& object);

// Returns the target of a rollback as text: "revision 3"; "the revision before" if `revision` is 0.
std::string RollbackText(int64_t revision);

// Returns spec.rollbackTo of a Rollout if Windlass still has to answer it. Returns null if the
// field is absent, or if it is answered (AnsweredRollback).
const Json* PendingRollback(const Json& rollout);

// Returns the condition RollbackToNotRemoved if it is about the present spec.rollbackTo: Windlass
// has answered this rollback, but the API server keeps the field. Otherwise returns null.
const Json* AnsweredRollback(const Json& rollout);

// Returns the target of the rollback that waits; "" if none waits. A pending rollback
// (PendingRollback) waits while spec.paused is true and spec.abort is not.
std::string StoredRollback(const Json& rollout);

}  // namespace windlass::cli
