#include "controller/rollout/rollout_workload.h"

#include "controller/rollout/carried.h"
#include "controller/rollout/reasons.h"
#include "controller/rollout/rollback_field.h"
#include "controller/rollout/rollout_status.h"
#include "controller/rollout/strategy.h"
#include "controller/workload/conditions.h"
#include "controller/workload/watch/rollout_words.h"
#include "kubeclient/api/fingerprint_text.h"

namespace windlass::rollout {
namespace {

constexpr KindTraits kTraitsOfRollouts{
    .resource = resources::kRollouts,
    .noun = "rollout",
    // Copies the settings of in-place updates to the ReplicaSets. The copy of windlass.dev/in-place
    // makes the cache keep a ReplicaSet's template, which in-place updates need. A rollback does
    // not restore these settings.
    .mirrors_settings = true,
    .publishes_numbers = true,
    .records_rollbacks = true,
    .rollback_request = "spec.rollbackTo",
    .rollback_path = "/spec/rollbackTo",
    .takes_over_rollouts = true,
    .keeps_stable_revision = true,
    .pause_ends_timeout = true,
    .tells_invalid_strategy = true};

// Returns the revision that Pods get during an abort: the stable revision. If there is no stable
// revision, returns 0, the number of no ReplicaSet. Returns nullopt if spec.abort is false.
std::optional<int64_t> FollowRevision(const Rollout& rollout) {
  if (!rollout.spec.abort) return std::nullopt;
  return rollout.status.stable_revision.value_or(0);
}

std::optional<PerformedRollback> Performed(const std::optional<RolledBack>& rolled_back) {
  if (!rolled_back) return std::nullopt;
  return PerformedRollback{.asked = rolled_back->revision,
                           .became = rolled_back->became,
                           .generation = rolled_back->generation,
                           .to_previous = rolled_back->to_previous};
}

// Returns the cause of the verdict InPlaceNotPossible, in the words of the condition
// windlass.dev/InPlace:
//   - InvalidConfig: a setting has an invalid value. A user should correct the setting. If a user
//     instead allows Windlass to replace Pods, it replaces every Pod (P-083)
//   - NotPossible: otherwise
std::string_view WhyNotInPlace(const Workload& workload) {
  constexpr std::string_view kInvalidConfig = "InvalidConfig";
  const Condition* told = FindCondition(workload.status.conditions, workload::kInPlaceCondition);
  return told != nullptr && told->reason == kInvalidConfig ? kInvalidConfig : "NotPossible";
}

}  // namespace

const KindTraits& RolloutKind::traits() const { return kTraitsOfRollouts; }

bool RolloutKind::IsStored(const Workload& workload, const StatusDraft& draft) const {
  return rollout::IsStored(workload, draft);
}

Request RolloutKind::WriteStatus(const Workload& workload, const StatusDraft& draft) const {
  return rollout::WriteStatus(workload, draft);
}

Result<Request> RolloutKind::RollBack(const Workload& workload, const std::string& own_json,
                                      const ReplicaSet& target,
                                      const std::string& template_json) const {
  return rollout::RollBack(workload, own_json, target, template_json);
}

Request RolloutKind::ClearRollback(const Workload& workload) const {
  return rollout::ClearRollback(workload);
}

std::optional<Request> RolloutKind::NoteRollback(const Workload& workload,
                                                 const RollbackOutcome& outcome) const {
  return rollout::NoteRollback(workload, outcome);
}

SettingPlace RolloutKind::PlaceOf(std::string_view key) const { return rollout::PlaceOf(key); }

std::string_view RolloutKind::WordOf(std::string_view key, std::string_view word) const {
  return rollout::WordOf(key, word);
}

std::string RolloutKind::WayBackTo(const Workload& /*workload*/, std::string_view revision) const {
  return "spec.rollbackTo: {revision: " + std::string(revision) + "}";
}

// Returns why the rollout is stuck, as the first of these causes that applies:
//   1. NothingToAbortTo: an abort has no revision to return to. There never was a stable revision,
//      or its ReplicaSet is gone. In the second case, only the condition Stalled shows this.
//   2. The reason of the stored verdict (RolloutOwn). InvalidConfig or NotPossible (WhyNotInPlace)
//      replaces InPlaceNotPossible; kOtherCause replaces an empty reason.
//   3. InvalidTemplate, if Progressing is False with this reason. OwnOf then returns no verdict.
// If none applies, the result has no cause. Its `by_user` is true if the rollout is at a pause of
// spec.strategy.steps or at the partition.
RolloutHold RolloutKind::HoldOf(const Workload& workload) const {
  if (workload.follow_revision == 0) return {.cause = kNothingToAbortTo};
  const auto* own = workload.status.carried.As<RolloutOwn>();
  if (own != nullptr && workload.follow_revision && TellsNothingToAbortTo(*own)) {
    return {.cause = kNothingToAbortTo};
  }
  if (own != nullptr && own->verdict) {
    const std::string_view reason = own->verdict->reason;
    if (reason.empty()) return {.cause = kOtherCause};
    return {.cause = reason == workload::kInPlaceNotPossible ? WhyNotInPlace(workload) : reason};
  }
  const Condition* progressing = FindCondition(workload.status.conditions, workload::kProgressing);
  const bool invalid = progressing != nullptr && progressing->reason == kInvalidTemplate;
  if (invalid && progressing->status == "False") return {.cause = kInvalidTemplate};
  return {.by_user = progressing != nullptr && progressing->reason == kPausedAtStep};
}

std::optional<StepPosition> RolloutKind::StepOf(const Workload& workload) const {
  const RolloutOwn own = ReadOwn(workload.status.carried);
  if (!own.step) return std::nullopt;
  return StepPosition{.index = own.step->index, .total = own.step->total};
}

Workload AsWorkload(const RolloutKind& kind, const Rollout& rollout) {
  const RolloutSpec& spec = rollout.spec;
  Workload workload{.kind = kind,
                    .meta = rollout.meta,
                    .replicas = spec.replicas,
                    .selector = spec.selector,
                    .template_json = spec.template_json.get(),
                    .template_fingerprint = spec.template_fingerprint,
                    .template_text = spec.template_text,
                    .min_ready_seconds = spec.min_ready_seconds,
                    .paused = spec.paused && !spec.abort,  // an abort acts at once (RO-135)
                    .progress_deadline_seconds = spec.progress_deadline_seconds,
                    .revision_history_limit = spec.revision_history_limit,
                    .strategy = Strategy::kRollingUpdate,
                    .limits = {},
                    .strategy_error = {},
                    .max_surge = MaxSurge(spec),
                    .max_unavailable = MaxUnavailable(spec),
                    .limits_field = kLimitsField,
                    .in_place_settings = InPlaceSettings(spec.strategy),
                    .status = WorkloadStatusOf(rollout.status),
                    .revision = rollout.status.current_revision,
                    .published_name = rollout.status.current_replica_set.name,
                    .roll_back_to = spec.rollback_to,
                    .requested_template = TextOf(spec.template_fingerprint),
                    .defaulted = nullptr,
                    .kept_revision = rollout.status.stable_revision,
                    .kept_name = rollout.status.stable_replica_set.name,
                    .kept_template = rollout.status.stable_template,
                    .follow_revision = FollowRevision(rollout),
                    .rolled_back = Performed(rollout.status.rolled_back)};
  const std::optional<RolloutStepStatus>& step = rollout.status.step;
  if (step && step->template_id == workload.requested_template) {
    workload.promised_revision = step->revision;
  }
  ResolveStrategy(spec, workload);
  return workload;
}

}  // namespace windlass::rollout
