// The status fields of a Rollout that a Deployment lacks. The planner passes these fields through
// in WorkloadStatus::carried without reading them; RolloutKind and RolloutExtension read and change
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/api/rollout.h"
#include "controller/workload/workload.h"

namespace windlass::rollout {

// The type of the condition that RolloutKind adds besides Ready, Reconciling and Stalled.
inline constexpr std::string_view kRollbackRefused = "RollbackRefused";

// Returns true if `type` is Ready, Reconciling, Stalled or RollbackRefused. The planner does not
// know conditions of these four types.
bool IsOwnCondition(std::string_view type);

// Why nothing is rolled out. `reason` is "InvalidTemplate" (`message` has the API server's words),
// "InPlaceNotPossible" or "NothingToAbortTo". When conditions.cc derives Stalled from a condition
// Progressing whose status is False, both members are those of Progressing.
struct RolloutVerdict {
  std::string reason;
  std::string message;
  bool operator==(const RolloutVerdict&) const = default;
};

struct RolloutOwn {
  // --- what is remembered ---
  std::optional<RolloutStepStatus> step{};
  std::optional<int64_t> stable_revision{};
  std::string stable_template{};
  std::optional<RolledBack> rolled_back{};
  Symbol stable_images{};
  // RolloutExtension::UpdateStatus sets current_replica_set and stable_replica_set in each draft.
  NamedReplicaSet current_replica_set{};
  NamedReplicaSet stable_replica_set{};
  // RolloutExtension::UpdateStatus sets or clears the verdict in each draft.
  std::optional<RolloutVerdict> verdict{};

  // --- what the extension sees when it updates a draft; never stored ---
  bool lacks_replica_set = false;           // no ReplicaSet has the template
  bool is_of_proven = false;                // the result of IsOfProven (step_state.h)
  bool holds_at_step = false;               // a step is not over, even if the Rollout is paused
  std::optional<Symbol> images_of_abort{};  // the images that Pods get during an abort
  // If this sync asked for the defaults of the template and did not get them: the text that nothing
  // is rolled out until they come, and why. "" otherwise, and also if the API server forbids the
  // ReplicaSet and there is a progress deadline: Progressing then says so.
  std::string not_told{};
  // While a pause cannot end because some of its Pods are not available: the text that says so. ""
  // otherwise.
  std::string waits_for{};

  // --- what users read: a draft has the stored values, and NextStatus derives new ones ---
  std::string selector{};
  Symbol images{};
  Symbol step_text{};
  std::string phase{};
  std::string message{};
  std::vector<Condition> conditions{};  // of the kind's own types

  bool operator==(const RolloutOwn&) const = default;
};

// Returns the fields above from the stored status. The verdict is taken from the condition Stalled.
// There is no verdict if Progressing has the same reason as Stalled, or if Stalled is about
// spec.abort (Aborted, NothingToAbortTo).
RolloutOwn OwnOf(const RolloutStatus& stored);

// Returns true if the stored status says that there is nothing to abort to.
bool TellsNothingToAbortTo(const RolloutOwn& own);

// Returns the RolloutOwn in `carried`; an empty one if `carried` belongs to another kind.
RolloutOwn ReadOwn(const KindStatus& carried);

}  // namespace windlass::rollout
