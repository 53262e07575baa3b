// The Deployment's status: Available, and the writes that publish it with the counters.
//
// Always recomputed from the claimed ReplicaSets, written only when something differs, and written
// after the ReplicaSets: whoever sees a generation observed may read their sizes at once (D-065).
// Source: D-400…D-407.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// Available: enough Pods for spec.replicas less maxUnavailable (D-407). Pods above the size of
// their ReplicaSet are about to go and count no more, although its status still has them: upstream
// says True of a Recreate Deployment whose every Pod is being removed.
void UpdateAvailable(const Situation& situation, WorkloadStatus& status);

enum class Progress : uint8_t {
  kEvaluate,  // rolling and recreate passes
  kKeep,      // deletion: Progressing stays as it is, ReplicaFailure unless it is ours (D-420)
  kPaused,    // the same, but for Progressing saying so (D-062)
};

// The write that publishes the status and the revision of the new ReplicaSet, and takes away notes
// of ours that an undo brought (P-074); nullopt when the Deployment shows both already,
// and has no such note.
std::optional<Step> WriteStatus(const Situation& situation, Progress progress);

// A status write of nothing but the Progressing condition (D-064). nullopt when there is no
// progress deadline, or the condition has that status and reason already.
std::optional<Step> WriteProgressing(const Situation& situation, std::string_view status,
                                     std::string_view reason, std::string message);

// The status while a refused write holds the walk of decisions up: counters, Available and
// ReplicaFailure; Progressing by its deadline only. Neither the generation nor the revision is
// acknowledged (D-065). nullopt when nothing differs.
std::optional<Step> WriteHeldUp(const Situation& situation);

// What is told of a create that was refused (D-175): Progressing and, of a Deployment that was
// observed before, counters and Available, which would be as old as the refusal otherwise. The
// generation stays unobserved: it was not acted upon (D-065). nullopt when nothing differs.
std::optional<Step> WriteCreateError(const Situation& situation, std::string message);

}  // namespace windlass::deployment
