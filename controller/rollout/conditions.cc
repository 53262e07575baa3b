#include "controller/rollout/conditions.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "controller/kind/conditions.h"
#include "controller/rollout/images_text.h"
#include "controller/rollout/reasons.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/status/answered_rollback.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/status/overlap.h"
#include "controller/workload/status/own_reasons.h"
#include "controller/workload/status/progress.h"
#include "controller/workload/status/refused_spec.h"

namespace windlass::rollout {
namespace {

// What the phase is computed from. `progressing` and `available` are the planner's conditions in
// the draft of the status; null if absent.
struct Facts {
  const Workload& workload;
  const WorkloadStatus& status;
  const RolloutOwn& own;
  std::string_view revision;
  const Condition* progressing;
  const Condition* available;
};

using kind::Ruling;
using kind::Way;

bool HasReason(const Condition* condition, std::string_view reason) {
  return condition != nullptr && condition->reason == reason;
}

// Returns a text such as "3 of 10 Pods are updated".
std::string Updated(const Facts& facts) {
  return std::to_string(facts.status.updated_replicas) + " of " +
         std::to_string(facts.workload.replicas) + " Pods are updated";
}

// Returns a text such as "9 are available".
std::string Available(const Facts& facts) {
  const int32_t pods = facts.status.available_replicas;
  if (pods == 0 && facts.workload.replicas > 0) return "none is available";
  return std::to_string(pods) + (pods == 1 ? " is available" : " are available");
}

// Returns a text such as "3 of 10 Pods are updated, 9 are available".
std::string Counts(const Facts& facts) { return Updated(facts) + ", " + Available(facts); }

// Returns true if Pods are desired and no Pod is available (RO-150).
bool HasNoneOfSome(const Facts& facts) {
  return facts.workload.replicas > 0 && facts.status.available_replicas <= 0;
}

// Returns `prefix` and the reason why Pods are not available; "" if no reason is known (RO-142).
std::string StuckText(const Facts& facts, std::string_view prefix) {
  const Condition* stuck = FindCondition(facts.status.conditions, kPodsStuck);
  return stuck != nullptr ? std::string(prefix) + stuck->message : std::string();
}

// --- complete ---

// Returns true if a step is not over and spec.replicas is above 0. All Pods may have the new
// revision already (RO-134). Example: setUpdated: 100%, then a pause of one hour.
bool HoldsAtStep(const Workload& workload, const RolloutOwn& own) {
  if (workload.replicas == 0) return false;
  return own.holds_at_step || (own.step && own.step->index <= own.step->total);
}

// Returns true if the Rollout is paused, and Progressing still says that the progress deadline has
// passed. MarkPaused usually corrects this, but some drafts keep the stored Progressing.
bool IsPausedAfterDeadline(const Facts& facts) {
  return facts.workload.paused && HasReason(facts.progressing, workload::kExceededReason);
}

// Returns true if the rollout was complete, and only the availability of Pods has changed since.
// Usually Progressing shows whether the rollout was complete. If Progressing is absent or about a
// pause, the current revision must be the stable revision.
bool WasComplete(const Facts& facts) {
  const WorkloadStatus& status = facts.status;
  if (HoldsAtStep(facts.workload, facts.own)) return false;
  if (status.observed_generation < facts.workload.meta.generation) return false;
  if (status.replicas != status.updated_replicas) return false;
  const bool silent = facts.progressing == nullptr || facts.progressing->status == "Unknown" ||
                      IsPausedAfterDeadline(facts);
  if (!silent) return facts.progressing->reason == workload::kAvailableReason;
  return facts.own.stable_revision &&
         workload::ParseRevision(facts.revision) == facts.own.stable_revision;
}

bool IsComplete(const Facts& facts) {
  if (HoldsAtStep(facts.workload, facts.own)) return false;
  if (workload::DeploymentComplete(facts.workload, facts.status)) return true;
  return WasComplete(facts) && !HasNoneOfSome(facts) && facts.available != nullptr &&
         facts.available->status == "True";
}

// Called for a paused Rollout that is not complete. Returns true if the Rollout was complete and
// has lost Pods since. It then waits for its Pods and not for the end of the pause, so the phase is
// Progressing.
bool LostPodsWhilePaused(const Facts& facts) {
  return !facts.own.lacks_replica_set && WasComplete(facts);
}

// Returns true if spec.rollbackTo is set and not answered yet (answered_rollback.h), and waits
// because spec.paused is true (RO-152).
bool HoldsRollback(const Facts& facts) {
  const Workload& workload = facts.workload;
  return workload.paused && workload.roll_back_to && !workload::IsAnswered(workload);
}

// --- the rows of the table in conditions.h ---

// Returns true if Progressing still says that Pods follow the stable revision, although spec.abort
// is false now. A later status usually corrects this. But some drafts of a status (StatusDraft)
// keep the stored Progressing, for example while the Rollout is being deleted.
bool IsPastAbort(const Facts& facts) {
  return !facts.workload.follow_revision &&
         HasReason(facts.progressing, workload::AbortedReason(facts.workload));
}

// Returns why the rollout is stalled; nullopt if it is not.
std::optional<RolloutVerdict> WhyStalled(const Facts& facts) {
  if (facts.workload.follow_revision == 0) {
    return RolloutVerdict{
        std::string(kNothingToAbortTo),
        "spec.abort is true, but no revision was ever rolled out completely, so there is no "
        "revision to return to. Windlass updates no Pod. Set spec.abort to false"};
  }
  if (facts.own.verdict) return facts.own.verdict;
  if (facts.progressing == nullptr || facts.progressing->status != "False") return std::nullopt;
  if (IsPausedAfterDeadline(facts)) return std::nullopt;  // nothing can move until a user resumes
  if (IsPastAbort(facts)) return std::nullopt;
  return RolloutVerdict{std::string(facts.progressing->reason.text()), facts.progressing->message};
}

Ruling Aborted(const Facts& facts) {
  const Workload& workload = facts.workload;
  const std::string stable(facts.own.stable_images.text());
  const std::string asked = ImagesOfTemplate(workload);
  return {kAborted, Way::kStalled, std::string(kAborted),
          "spec.abort is true: Pods follow revision " + std::to_string(*workload.follow_revision) +
              (stable.empty() ? "" : " (" + stable + ")") +
              ", the last one that was rolled out completely. " + Updated(facts) + " to it, " +
              Available(facts) + ". " +
              (asked.empty() || asked == stable ? "" : "spec.template asks for " + asked + ". ") +
              "Set spec.abort to false to try again"};
}

Ruling Paused(const Facts& facts) {
  const std::string held = HoldsRollback(facts) ? ", and " + std::string(kRollbackWaits) : "";
  return {
      kPaused, Way::kReconciling, std::string(kPaused),
      "spec.paused is true" + held + ". " + Counts(facts) + ". Set spec.paused to false to go on"};
}

// Called for a rollout that is at a pause of spec.strategy.steps, or has reached
// spec.strategy.partition. The message of Progressing says which of these, so the ruling begins
// with that message.
Ruling PausedAtStep(const Facts& facts) {
  const std::string none = HasNoneOfSome(facts) ? "; " + Counts(facts) : "";
  return {kPaused, Way::kReconciling, std::string(kPaused), facts.progressing->message + none};
}

// Returns how many Pods will not be updated; "" if all will be. Examples:
//   - 10 desired Pods, all old, partition 5: "; 5 Pods keep the old revision because of
//     spec.strategy.partition"
//   - Pods return to a revision that was complete before: "", because the partition does not apply
//     (IsOfProven)
std::string Kept(const Facts& facts) {
  const int32_t old = facts.status.replicas - facts.status.updated_replicas;
  const int32_t kept = std::min(facts.workload.limits.kept_old(), old);
  if (kept <= 0 || facts.own.is_of_proven) return "";
  return "; " + std::to_string(kept) + (kept == 1 ? " Pod keeps" : " Pods keep") +
         " the old revision because of spec.strategy.partition";
}

Ruling Progressing(const Facts& facts) {
  const WorkloadStatus& status = facts.status;
  const std::string reason(kProgressingPhase);
  const int64_t generation = facts.workload.meta.generation;
  if (status.observed_generation < generation) {
    const std::string text = "generation " + std::to_string(generation) + " is not carried out yet";
    const std::string& why = facts.own.not_told;
    if (why.empty()) return {kProgressingPhase, Way::kReconciling, reason, text};
    return {kProgressingPhase, Way::kReconciling, std::string(kTemplateNotChecked),
            text + ": " + why};
  }
  if (WasComplete(facts)) {
    const bool none = HasNoneOfSome(facts);
    const std::string available =
        none ? "none" : "only " + std::to_string(status.available_replicas);
    return {kProgressingPhase, Way::kReconciling, std::string(kPodsUnavailable),
            "the rollout is complete, but " + available + " of " +
                std::to_string(facts.workload.replicas) + " Pods " + (none ? "is" : "are") +
                " available"};
  }
  if (!facts.own.waits_for.empty()) {
    return {kProgressingPhase, Way::kReconciling, reason,
            facts.own.waits_for + StuckText(facts, ": canary not available: ")};
  }
  std::string message = Counts(facts) + Kept(facts) + StuckText(facts, "; ");
  return {kProgressingPhase, Way::kReconciling, reason, std::move(message)};
}

// Returns a text about the revision that was current before the rollback, such as " from revision
// 7". Example: revision 7 was the highest, and the rollback gave the ReplicaSet of revision 5 the
// number 8. Returns "" if the ReplicaSet kept its number: the template that the rollback replaced
// then had no ReplicaSet, and so no revision (RO-026).
std::string LeftRevision(const RolledBack& back) {
  return back.became == back.revision ? "" : " from revision " + std::to_string(back.became - 1);
}

// Returns a text about the number that the rollback gave to the ReplicaSet, such as ", which is
// revision 8 now"; "" if the ReplicaSet kept its number.
std::string NumberNow(const RolledBack& back) {
  return back.became == back.revision
             ? ""
             : ", which is revision " + std::to_string(back.became) + " now";
}

// Returns the ruling of a complete Rollout. The phase is RolledBack if a rollback led to this
// generation and revision; otherwise Healthy. Example of the message of Healthy: "10 of 10 Pods are
// updated, 9 are available".
Ruling Complete(const Facts& facts) {
  const std::string pods = Counts(facts);
  const std::optional<RolledBack>& back = facts.own.rolled_back;
  const bool rolled_back = back && back->generation == facts.workload.meta.generation &&
                           workload::ParseRevision(facts.revision) == back->became;
  if (!rolled_back) return {kHealthy, Way::kReady, std::string(kHealthy), pods};
  return {kRolledBack, Way::kReady, std::string(kRolledBack),
          "rolled back" + LeftRevision(*back) + " to revision " + std::to_string(back->revision) +
              NumberNow(*back) + "; " + pods};
}

// Returns the condition ReplicaFailure if it says that Windlass cannot go on; else null.
const Condition* HeldUp(const Facts& facts) {
  const Condition* failure = FindCondition(facts.status.conditions, workload::kReplicaFailure);
  return failure != nullptr && workload::HoldsUp(failure->reason.text()) ? failure : nullptr;
}

// Returns true if the caches have no room for this Rollout, and its latest generation is not
// carried out. Counters and conditions are then those of an earlier generation, and do not
// show an abort, a pause or a template that a user has set later. So Rule does not look at these. A
// waiting spec.rollbackTo is not lost: the message of ReplicaFailure names it (no_cache_room.h).
bool IsLeftAlone(const Facts& facts) {
  return HasReason(HeldUp(facts), workload::kLeftOutReason) &&
         facts.status.observed_generation < facts.workload.meta.generation;
}

Ruling Rule(const Facts& facts) {
  if (IsLeftAlone(facts)) return Progressing(facts);
  const std::optional<RolloutVerdict> stalled = WhyStalled(facts);
  const bool follows = facts.workload.follow_revision.has_value();
  // If `stays` is true, the Pods do not follow the stable revision, although spec.abort is true.
  const bool stays = stalled && (stalled->reason == kNothingToAbortTo ||
                                 stalled->reason == workload::kInvalidStrategy);
  if (follows && !stays) return Aborted(facts);
  if (stalled) return {kStalledPhase, Way::kStalled, stalled->reason, stalled->message};
  if (HoldsRollback(facts)) return Paused(facts);
  if (HasReason(facts.progressing, kPausedAtStep)) return PausedAtStep(facts);
  if (facts.workload.paused && facts.own.holds_at_step) return Paused(facts);
  if (IsComplete(facts)) return Complete(facts);
  if (facts.workload.paused && !LostPodsWhilePaused(facts)) return Paused(facts);
  return Progressing(facts);
}

// The reasons of the condition of updates in place whose message says what the rollout waits for.
// Partitioned is one of them: a rollout that has reached its partition or step times out if an
// updated Pod is not available.
constexpr std::string_view kWaitReasons[] = {"AnnotationNotKept", "Failing",      "MissingRights",
                                             "Partitioned",       "Reverting",    "Staged",
                                             "WaitingForBudget",  "WaitingForPDB"};

// Returns true if the rollout has timed out, and `in_place`, the condition of updates in place,
// says what the rollout waits for.
bool ExplainsTimeOut(const Condition* in_place, const Ruling& ruling) {
  return ruling.reason == workload::kExceededReason && in_place != nullptr &&
         std::ranges::count(kWaitReasons, in_place->reason.text()) > 0;
}

// Appends "; " and `more` to `sentence`. A single period at the end of `sentence` is removed first.
// Example: `ReplicaSet "web-2" has timed out progressing.` ends in `progressing; ` and `more`.
void Append(std::string& sentence, const std::string& more) {
  if (sentence.ends_with('.') && !sentence.ends_with("..")) sentence.pop_back();
  sentence += "; " + more;
}

// Returns the result of Rule, and adds to its message each of these texts that is true:
//   1. spec.rollbackTo waits until spec.paused is false. Added only if the Rollout is stalled or
//      aborted. In the phase Paused, the message from Rule says this already
//   2. The defaults of the template are not known. Added if the reason is not TemplateNotChecked
//   3. The strategy cannot be carried out. Added if the Rollout is paused, and the reason is not
//      InvalidStrategy
//   4. The update in place was given up (P-062), or the rollout has timed out and the condition of
//      updates in place says why (ExplainsTimeOut). Added if Ready is False and spec.abort is false
//   5. A webhook put back the old image of a Pod (P-081). Added if Ready is False, and text 4 was
//      not added
//   6. The selector matches Pods of another controller (RO-164). Added if the Rollout is neither
//      stalled nor aborted
//   7. Windlass has answered spec.rollbackTo, but the API server keeps it (answered_rollback.h)
//   8. The API server refuses a write (D-270), or the caches have no room for an object
Ruling RuleAndMore(const Facts& facts) {
  Ruling ruling = Rule(facts);
  const bool stalled = ruling.way == Way::kStalled;
  if (HoldsRollback(facts) && stalled) Append(ruling.message, std::string(kRollbackWaits));
  if (!facts.own.not_told.empty() && ruling.reason != kTemplateNotChecked) {
    Append(ruling.message, facts.own.not_told);
  }
  const bool told = ruling.reason == workload::kInvalidStrategy;
  if (facts.workload.paused && !facts.workload.strategy_error.empty() && !told) {
    Append(ruling.message, workload::InvalidStrategyText(facts.workload));
  }
  const Condition* in_place = FindCondition(facts.status.conditions, workload::kInPlaceCondition);
  const bool tells =
      HasReason(in_place, workload::kInPlaceGivenUp) || ExplainsTimeOut(in_place, ruling);
  if (tells && ruling.way != Way::kReady && !facts.workload.follow_revision) {
    Append(ruling.message, "the update in place: " + in_place->message);
  } else if (!facts.own.put_back.empty() && ruling.way != Way::kReady) {
    Append(ruling.message, facts.own.put_back);
  }
  const Condition* overlap = FindCondition(facts.status.conditions, workload::kSelectorOverlap);
  if (overlap != nullptr && !stalled) Append(ruling.message, overlap->message);
  const Condition* answered =
      FindCondition(facts.status.conditions, workload::kRollbackToNotRemoved);
  if (answered != nullptr) Append(ruling.message, answered->message);
  if (const Condition* failure = HeldUp(facts)) {
    Append(ruling.message, workload::TextOf(*failure));
  }
  return ruling;
}

// --- the conditions ---

// Returns the conditions of `ruling`. Their observedGeneration is that of the status. Exception:
// Ready and Reconciling name the latest generation if their message says why Windlass does not
// carry out the latest generation yet:
//   - the template's defaults are not known
//   - or Windlass cannot go on (HeldUp)
std::vector<Condition> Shown(const Facts& facts, const Ruling& ruling, WallTime now) {
  std::vector<Condition> shown =
      ConditionsOf(ruling, facts.status.observed_generation, facts.own.conditions, now);
  if (facts.own.not_told.empty() && HeldUp(facts) == nullptr) return shown;
  for (Condition& condition : shown) {
    if (condition.type == kind::kStalledCondition) continue;
    condition.observed_generation = facts.workload.meta.generation;
  }
  return shown;
}

// Returns the stored condition RollbackRefused; nullopt if there is none, or if it has ended. It
// ends when the Rollout's generation is above its observedGeneration. Example: a user sets
// spec.rollbackTo in generation 12. Its removal makes generation 13, the observedGeneration of the
// condition. The next change of the spec makes generation 14, which ends the condition.
std::optional<Condition> RefusedRollback(const Facts& facts) {
  const Condition* stored = FindCondition(facts.own.conditions, kRollbackRefused);
  if (stored == nullptr || stored->observed_generation < facts.workload.meta.generation) {
    return std::nullopt;
  }
  return *stored;
}

Facts FactsOf(const Workload& workload, const StatusDraft& draft, const RolloutOwn& own) {
  const std::vector<Condition>& conditions = draft.status.conditions;
  return {.workload = workload,
          .status = draft.status,
          .own = own,
          .revision = CurrentRevision(workload, draft),
          .progressing = FindCondition(conditions, workload::kProgressing),
          .available = FindCondition(conditions, workload::kAvailable)};
}

}  // namespace

std::string_view CurrentRevision(const Workload& workload, const StatusDraft& draft) {
  return draft.revision.empty() ? workload.revision : draft.revision;
}

bool IsRolledOut(const Workload& workload, const StatusDraft& draft) {
  if (workload.follow_revision || workload.replicas == 0) return false;
  if (!workload.strategy_error.empty()) return false;
  if (HoldsAtStep(workload, ReadOwn(draft.status.carried))) return false;
  return workload::DeploymentComplete(workload, draft.status);
}

Standing StandingOf(const Workload& workload, const StatusDraft& draft, const RolloutOwn& own) {
  const Facts facts = FactsOf(workload, draft, own);
  const Ruling ruling = RuleAndMore(facts);
  Standing standing{.phase = ruling.phase,
                    .message = ruling.message,
                    .conditions = Shown(facts, ruling, draft.now)};
  if (auto refused = RefusedRollback(facts)) standing.conditions.push_back(*std::move(refused));
  return standing;
}

}  // namespace windlass::rollout
