// The annotations in which a rollout keeps its state, and how to read them.
//
// These annotations are API contract: kubectl reads and writes them, and so does the controller
// that Windlass takes over from. Any client can set their values, so a value that cannot be parsed
// counts as absent, unless a function below says otherwise.
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

// Notes on a ReplicaSet which say that Pods of its template have worked (proven.h).
inline constexpr std::string_view kComplete = "internal.windlass.dev/complete";
inline constexpr std::string_view kScaledToZero = "internal.windlass.dev/scaled-to-zero";

// A note on a ReplicaSet: its workload aborted the revision with this number, and there was nothing
// to go back to. A new try of the same template gets a new number, so that a promotion of the first
// try does not promote the next one (RO-095). Example: "<uid of the workload>/2".
inline constexpr std::string_view kAborted = "internal.windlass.dev/aborted";

// On a workload: a user sets this to let the rollout proceed past a step. The value names one step
// of one rollout.
inline constexpr std::string_view kPromote = "windlass.dev/promote";

// The prefix of annotations in which Windlass keeps notes about the annotated object. Such
// annotations are never copied to another object (P-074).
inline constexpr std::string_view kInternalPrefix = "internal.windlass.dev/";

// Returns true for a note about the object that has it.
bool IsInternal(std::string_view key);
// Returns true if the object has such a note.
bool HasInternal(const ObjectMeta& meta);

// Returns true if the annotation `key` of a workload is copied to its new ReplicaSet. Returns false
// for the annotations above, for kTermAnnotation, and for internal annotations, which an extension
// writes to a ReplicaSet (D-163, P-074). `kubectl rollout undo` copies internal annotations from a
// ReplicaSet to the workload, where the next status write removes them.
bool IsCopied(std::string_view key);

// Returns true if some controller of workloads may read the annotation `key`: one of those above
// except kLastApplied, any annotation of Windlass, or kubectl's kubernetes.io/change-cause. All
// other annotations are only copied.
bool IsRead(std::string_view key);

// Returns the whole text as a base-10 int64; nullopt for anything else (D-160).
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
// would exceed `limit` bytes. Returns `history` unchanged if `old_revision` alone exceeds `limit`
// (D-164).
std::string AppendToHistory(std::string_view history, std::string_view old_revision, size_t limit);

}  // namespace windlass::workload
