// The annotations in which a rollout keeps its state, and how to read them.
//
// These annotations are API contract: kubectl reads and writes some of them, and so does the
// controller that Windlass takes over from. Any client can set their values, so a value that cannot
// be parsed counts as absent, unless a function below says otherwise.
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

// On a ReplicaSet: identifies the template that its workload asked for (fingerprint_text.h). Set
// only by kinds whose stored template lacks the API server's defaults: the template of a ReplicaSet
// has these defaults, so the two templates differ and cannot be compared.
inline constexpr std::string_view kRequestedTemplate = "windlass.dev/requested-template";

// Notes on a ReplicaSet which say whether Pods of its template have worked (proven.h).
inline constexpr std::string_view kComplete = "internal.windlass.dev/complete";
inline constexpr std::string_view kScaledToZero = "internal.windlass.dev/scaled-to-zero";

// A note on a ReplicaSet: "<uid of the workload>/2" says that the workload aborted revision 2 and
// had no other revision to go back to. A new try of the same template gets a new number, so that a
// promotion of the first try does not promote the second one (RO-095).
inline constexpr std::string_view kAborted = "internal.windlass.dev/aborted";

// On a workload: a user sets this to end a pause of one rollout, or all its steps. Examples: "2@8"
// names step 2 of the rollout of revision 8, and "full@8" all its steps.
inline constexpr std::string_view kPromote = "windlass.dev/promote";

// The prefix of annotations in which Windlass keeps notes about the annotated object. Such
// annotations are never copied to another object (P-074). Exception: kComplete and kScaledToZero go
// with the template when two ReplicaSets exchange their templates.
inline constexpr std::string_view kInternalPrefix = "internal.windlass.dev/";

// Returns true if `key` begins with kInternalPrefix.
bool IsInternal(std::string_view key);
// Returns true if the object has an internal annotation.
bool HasInternal(const ObjectMeta& meta);

// Returns true if the annotation `key` of a workload is copied to its new ReplicaSet. Returns false
// for the annotations above, for kTermAnnotation (own_names.h), and for all internal annotations
// (D-163, P-074). A Deployment can have internal annotations of a ReplicaSet: `kubectl rollout
// undo` copies these to the Deployment, and the next status write removes them.
bool IsCopied(std::string_view key);

// Returns true if kubectl or a controller of workloads may read the annotation `key`: if `key`
// begins with deployment.kubernetes.io/, windlass.dev/ or kInternalPrefix, or is kRollbackTo or
// kubernetes.io/change-cause.
bool IsRead(std::string_view key);

// Returns the number that `text` holds; nullopt unless the whole text is a base-10 int64 (D-160).
std::optional<int64_t> ParseRevision(std::string_view text);

// Returns the revision annotation as written; empty if absent.
std::string_view RevisionText(const ObjectMeta& meta);

// Returns the revision in the annotation kRevision; 0 if it is missing, nullopt if it cannot be
// parsed (D-160, D-483).
std::optional<int64_t> RevisionOf(const ObjectMeta& meta);

// Returns the size that the workload had when this ReplicaSet was last scaled. Returns nullopt if
// the annotation is missing, not a number, negative or above 2^31-1 (D-352).
std::optional<int32_t> DesiredReplicas(const ReplicaSet& rs);

// Returns how many Pods the workload could have, surge included, when this ReplicaSet was last
// scaled. Returns nullopt in the same cases as DesiredReplicas (D-357.3).
std::optional<int32_t> MaxReplicas(const ReplicaSet& rs);

// Returns `history` with `old_revision` added at its end. Drops the oldest entries while the text
// would exceed `limit` bytes. If `old_revision` alone exceeds `limit`, returns `history` unchanged;
// exception: an empty history becomes `old_revision` (D-164).
std::string AppendToHistory(std::string_view history, std::string_view old_revision, size_t limit);

}  // namespace windlass::workload
