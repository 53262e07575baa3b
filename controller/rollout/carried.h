// The fields that a Rollout's status has and a Deployment's has not. The planner passes them
// through in WorkloadStatus::carried without reading them; the kind and its extension read and
// change them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/workload/kind_status.h"
#include "kubeclient/api/rollout.h"

namespace windlass::rollout {

// Types of the conditions that the kind adds to those of the planner.
inline constexpr std::string_view kReady = "Ready";
inline constexpr std::string_view kReconciling = "Reconciling";
inline constexpr std::string_view kStalled = "Stalled";
inline constexpr std::string_view kRollbackRefused = "RollbackRefused";

// Returns true for the four types above.
bool IsOwnCondition(std::string_view type);

// Why nothing is rolled out: "InvalidTemplate" and the server's message, "InPlaceNotPossible", or
// "NothingToAbortTo".
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
  // The extension sets both in each status that it updates.
  NamedReplicaSet current_replica_set{};
  NamedReplicaSet stable_replica_set{};
  // The extension sets or clears it in each status that it updates.
  std::optional<RolloutVerdict> verdict{};

  // --- what the extension sees when it updates a draft; never stored ---
  bool lacks_replica_set = false;  // no ReplicaSet has the template
  bool is_of_proven = false;       // as IsOfProven (step_state.h)
  bool holds_at_step = false;      // a step is not over, also while the Rollout is paused
  // Why the API server does not tell the defaults of the template; "" if it does, or was not asked.
  std::string not_told{};
  std::string waits_for{};  // at a pause that lacks available Pods: the text about it; else ""

  // --- what is shown: as it is stored, also in a draft; derived anew when the kind writes it ---
  std::string selector{};
  Symbol images{};
  Symbol step_text{};
  std::string phase{};
  std::string message{};
  std::vector<Condition> conditions{};  // of the kind's own types

  bool operator==(const RolloutOwn&) const = default;
};

// Returns these fields of the stored status. The verdict is what the condition Stalled says, unless
// Progressing or spec.abort says the same.
RolloutOwn OwnOf(const RolloutStatus& stored);

// Returns what `carried` holds; an empty value if that is not a Rollout's.
RolloutOwn ReadOwn(const KindStatus& carried);

}  // namespace windlass::rollout
