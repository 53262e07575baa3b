// Makes a Workload from a stored windlass.dev Rollout, and implements what only Rollouts have: the
// fields of their status (rollout_status.h), spec.rollbackTo (rollback_field.h), settings that are
// fields of the spec (strategy.h), and the names that users read.
#pragma once

#include "controller/api/custom_resources.h"
#include "controller/api/rollout.h"
#include "controller/workload/workload_kind.h"

namespace windlass::rollout {

// What differs between Rollouts and other kinds.
class RolloutKind final : public WorkloadKind {
 public:
  const KindTraits& traits() const override;
  bool IsStored(const Workload& workload, const StatusDraft& draft) const override;
  Request WriteStatus(const Workload& workload, const StatusDraft& draft) const override;
  Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                           const ReplicaSet& target,
                           const std::string& template_json) const override;
  Request ClearRollback(const Workload& workload) const override;
  std::optional<Request> NoteRollback(const Workload& workload,
                                      const RollbackOutcome& outcome) const override;
  SettingPlace PlaceOf(std::string_view key) const override;
  std::string_view WordOf(std::string_view key, std::string_view word) const override;
  // Returns the field with which a user rolls back. Example: "spec.rollbackTo: {revision: 3}".
  std::string WayBackTo(const Workload& workload, std::string_view revision) const override;
  RolloutHold HoldOf(const Workload& workload) const override;
  std::optional<StepPosition> StepOf(const Workload& workload) const override;
};

// Returns the workload of `rollout`. `kind` and `rollout` must outlive the workload.
Workload AsWorkload(const RolloutKind& kind, const Rollout& rollout);

}  // namespace windlass::rollout
