// The fields of a Rollout's status that the status of a Deployment lacks. The planner passes these
// fields through in WorkloadStatus::carried without reading them. RolloutKind and RolloutExtension
// read and change these fields.
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

// Why the Rollout is stalled. `reason` is one of these:
//   - "InvalidTemplate": the API server refuses the template, and `message` has the API server's
//     words
//   - "InPlaceNotPossible": Pods cannot be updated in place, and the Rollout's policy for updates
//     in place forbids to replace them
//   - "InvalidStrategy": spec.strategy cannot be carried out
//   - "NothingToAbortTo": spec.abort is true, but there is no stable revision to return to
//   - the reason of Progressing, if Progressing is False and conditions.cc derives Stalled from it.
//     `message` is then the message of Progressing
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
  // RolloutExtension::UpdateStatus sets current_replica_set and stable_replica_set in each draft of
  // a status.
  NamedReplicaSet current_replica_set{};
  NamedReplicaSet stable_replica_set{};
  // RolloutExtension::UpdateStatus sets or clears the verdict in each draft.
  std::optional<RolloutVerdict> verdict{};

  // --- what RolloutExtension::UpdateStatus finds for one draft of a status; never stored ---
  bool lacks_replica_set = false;           // there is no new ReplicaSet
  bool is_of_proven = false;                // the template's revision was complete before
  bool holds_at_step = false;               // a step is not over, whether paused or not
  std::optional<Symbol> images_of_abort{};  // the images that Pods get during an abort
  // A text that says why the API server has not returned the template's defaults, and that nothing
  // is rolled out until it does. "" if
  //   - this sync has not sent the dry run that asks for the defaults
  //   - this sync has got the defaults
  //   - the API server forbids the dry run, and there is a progress deadline. Progressing then
  //     usually has this text
  std::string not_told{};
  // Copied from Extended::put_back: which Pod has its old image again, and why. "" if there is no
  // such Pod.
  std::string put_back{};
  // A text that says that the pause at a step cannot end, because Pods of that step are not
  // available. Otherwise "".
  std::string waits_for{};

  // --- what users read. A draft (the status that Windlass is about to write) first has the stored
  // values here. NextStatus then replaces them ---
  std::string selector{};
  Symbol images{};
  Symbol step_text{};
  std::string phase{};
  std::string message{};
  std::vector<Condition> conditions{};  // Ready, Reconciling, Stalled and RollbackRefused

  bool operator==(const RolloutOwn&) const = default;
};

// Returns the RolloutOwn of the status `stored`. Its verdict has the reason and message of the
// condition Stalled. There is no verdict if
//   - the condition Stalled is absent
//   - Stalled is about spec.abort: its reason is Aborted or NothingToAbortTo
//   - Progressing has the same reason as Stalled
RolloutOwn OwnOf(const RolloutStatus& stored);

// Returns true if the stored condition Stalled says that spec.abort has no revision to return to
// (NothingToAbortTo).
bool TellsNothingToAbortTo(const RolloutOwn& own);

// Returns the RolloutOwn in `carried`; an empty RolloutOwn if `carried` belongs to another kind.
RolloutOwn ReadOwn(const KindStatus& carried);

}  // namespace windlass::rollout
