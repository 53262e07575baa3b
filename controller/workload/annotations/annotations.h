// The annotations in which a rollout keeps its state, and how to read them.
//
// Names and formats must not change: kubectl, and the controller that Windlass takes over from,
// read and write some of them. Any client can set their values, so a value that Windlass cannot
// parse counts as absent. The functions below name exceptions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "controller/core/own_names.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::workload {

inline constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
inline constexpr std::string_view kRevisionHistory = "deployment.kubernetes.io/revision-history";
inline constexpr std::string_view kDesiredReplicas = "deployment.kubernetes.io/desired-replicas";
inline constexpr std::string_view kMaxReplicas = "deployment.kubernetes.io/max-replicas";
inline constexpr std::string_view kRollbackTo = "deprecated.deployment.rollback.to";
inline constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

// On a ReplicaSet: identifies the template that its workload asked for (fingerprint_text.h). Only
// kinds such as Rollouts set it. The API server adds defaults to a ReplicaSet's template, but not
// to a Rollout's, so the two cannot be compared.
inline constexpr std::string_view kRequestedTemplate = "windlass.dev/requested-template";

// On a ReplicaSet: these two notes show whether Pods of its template have worked (proven.h).
inline constexpr std::string_view kComplete = "internal.windlass.dev/complete";
inline constexpr std::string_view kScaledToZero = "internal.windlass.dev/scaled-to-zero";

// On a ReplicaSet: "<uid of the workload>/2" says that the workload aborted revision 2 and had no
// other revision to go back to. If the user ends the abort, the template gets a new number, say 3.
// So a promotion of revision 2 (kPromote) does not apply to revision 3 (RO-095).
inline constexpr std::string_view kAborted = "internal.windlass.dev/aborted";

// On a workload: a user sets this to end a pause among the steps of a rollout, or to end all steps.
// Examples: "2@8" ends the pause that is step 2 of the rollout of revision 8; "full@8" ends all
// steps of that rollout.
inline constexpr std::string_view kPromote = "windlass.dev/promote";

// The prefix of annotations in which Windlass keeps notes about the annotated object. Windlass
// never copies such annotations to another object (P-074). Exception: when two ReplicaSets exchange
// their templates, kComplete and kScaledToZero move with the template.
inline constexpr std::string_view kInternalPrefix = "internal.windlass.dev/";

// Returns true if `key` begins with kInternalPrefix.
bool IsInternal(std::string_view key);
// Returns true if the object has an internal annotation.
bool HasInternal(const ObjectMeta& meta);

// Returns true if the annotation `key` of a workload is copied to its new ReplicaSet (D-163,
// P-074). False for the annotations above, kTermAnnotation (own_names.h), and all internal ones. A
// Deployment can have internal annotations although they are about a ReplicaSet: `kubectl rollout
// undo` copies them to it. The next status write removes them there.
bool IsCopied(std::string_view key);

// Returns true if kubectl, Windlass or the stock Deployment controller may read the annotation
// `key`. These are the keys
//   - that begin with deployment.kubernetes.io/, windlass.dev/ or kInternalPrefix
//   - kRollbackTo and kubernetes.io/change-cause
bool IsRead(std::string_view key);

// Returns the number that `text` holds. Returns nullopt if `text` is anything else than one base-10
// int64, for example "7a" (D-160).
std::optional<int64_t> ParseRevision(std::string_view text);

// Returns the revision annotation as written; empty if absent.
std::string_view RevisionText(const ObjectMeta& meta);

// Returns the revision in the annotation kRevision; 0 if it is missing, nullopt if it cannot be
// parsed (D-160, D-483).
std::optional<int64_t> RevisionOf(const ObjectMeta& meta);

// Returns the annotation kDesiredReplicas: spec.replicas of the workload when the annotation was
// last written. Returns nullopt if the annotation is missing, not a number, negative or above
// 2^31-1 (D-352).
std::optional<int32_t> DesiredReplicas(const ReplicaSet& rs);

// Returns the annotation kMaxReplicas: spec.replicas of the workload plus its surge when the
// annotation was last written. Returns nullopt in the same cases as DesiredReplicas (D-357.3).
std::optional<int32_t> MaxReplicas(const ReplicaSet& rs);

// Returns `history` with `old_revision` at its end: "1,2" and "3" give "1,2,3" (D-164). If
// `history` is empty, returns `old_revision`.
//   - If the result is longer than `limit` bytes: drops the oldest entries until it fits.
//   - If `old_revision` alone is longer than `limit`: returns `history` unchanged.
std::string AppendToHistory(std::string_view history, std::string_view old_revision, size_t limit);

}  // namespace windlass::workload
