// The annotations through which a rollout remembers itself, and what they say.
//
// They are API contract: kubectl reads and writes them, and so does the controller that Windlass
// takes over from. Values come from outside; whatever cannot be understood counts as absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::deployment {

inline constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
inline constexpr std::string_view kRevisionHistory = "deployment.kubernetes.io/revision-history";
inline constexpr std::string_view kDesiredReplicas = "deployment.kubernetes.io/desired-replicas";
inline constexpr std::string_view kMaxReplicas = "deployment.kubernetes.io/max-replicas";
inline constexpr std::string_view kRollbackTo = "deprecated.deployment.rollback.to";
inline constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
// On ReplicaSets that were in the middle of a rollout when their leader was lost (L-012).
inline constexpr std::string_view kTerm = "windlass.dev/term";

// Whether an annotation of the Deployment is copied to its new ReplicaSet: all but the seven above
// and those that in-place updates note on a ReplicaSet (D-163, P-074; an undo brings ours
// to the Deployment, where they stay until its next status).
bool IsCopied(std::string_view key);

// A base-10 int64, the whole text; nullopt for anything else (D-160).
std::optional<int64_t> ParseRevision(std::string_view text);

// The revision annotation as written; empty when absent.
std::string_view RevisionText(const ObjectMeta& meta);

// A missing annotation counts 0; nullopt when it cannot be parsed (D-160, D-483).
std::optional<int64_t> RevisionOf(const ObjectMeta& meta);

// The size the Deployment had when this ReplicaSet was last scaled. nullopt when the annotation is
// missing, no number, negative or above 2^31-1 (D-352).
std::optional<int32_t> DesiredReplicas(const ReplicaSet& rs);

// How many Pods its Deployment could have, surge included, when this ReplicaSet was last scaled;
// nullopt as above (D-357.3).
std::optional<int32_t> MaxReplicas(const ReplicaSet& rs);

// The history annotation with `old_revision` added at its end. Oldest entries make room when the
// text would exceed `limit` bytes; unchanged when even that is not enough (D-164).
std::string AppendToHistory(std::string_view history, std::string_view old_revision, size_t limit);

}  // namespace windlass::deployment
