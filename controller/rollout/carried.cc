#include "controller/rollout/carried.h"

#include <algorithm>
#include <iterator>

#include "controller/kind/conditions.h"
#include "controller/rollout/reasons.h"
#include "controller/workload/conditions.h"

namespace windlass::rollout {
namespace {

std::optional<RolloutVerdict> VerdictOf(const RolloutStatus& stored) {
  const Condition* stalled = FindCondition(stored.conditions, kind::kStalledCondition);
  if (stalled == nullptr) return std::nullopt;
  if (stalled->reason == kAborted || stalled->reason == kNothingToAbortTo) return std::nullopt;
  const Condition* progressing = FindCondition(stored.conditions, workload::kProgressing);
  if (progressing != nullptr && progressing->reason == stalled->reason) return std::nullopt;
  return RolloutVerdict{std::string(stalled->reason.text()), stalled->message};
}

}  // namespace

bool IsOwnCondition(std::string_view type) {
  return type == kind::kReadyCondition || type == kind::kReconcilingCondition ||
         type == kind::kStalledCondition || type == kRollbackRefused;
}

RolloutOwn OwnOf(const RolloutStatus& stored) {
  RolloutOwn own{.step = stored.step,
                 .stable_revision = stored.stable_revision,
                 .stable_template = stored.stable_template,
                 .rolled_back = stored.rolled_back,
                 .stable_images = stored.stable_images,
                 .current_replica_set = stored.current_replica_set,
                 .stable_replica_set = stored.stable_replica_set,
                 .verdict = VerdictOf(stored),
                 .selector = stored.selector,
                 .images = stored.images,
                 .step_text = stored.step_text,
                 .phase = stored.phase,
                 .message = stored.message};
  std::ranges::copy_if(stored.conditions, std::back_inserter(own.conditions),
                       [](const Condition& condition) { return IsOwnCondition(condition.type); });
  return own;
}

bool TellsNothingToAbortTo(const RolloutOwn& own) {
  const Condition* stalled = FindCondition(own.conditions, kind::kStalledCondition);
  return stalled != nullptr && stalled->reason == kNothingToAbortTo;
}

RolloutOwn ReadOwn(const KindStatus& carried) {
  const auto* own = carried.As<RolloutOwn>();
  return own != nullptr ? *own : RolloutOwn{};
}

}  // namespace windlass::rollout
