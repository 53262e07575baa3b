// promote: sets the annotation windlass.dev/promote of a Rollout (docs/rollouts-steps.md). The
// annotation ends the present pause of the Rollout; with --full, it ends all steps. Examples of its
// value, for step 2 of revision 8:
//
//   2@8      2@8/force      full@8      full@8/force
//
// The command refuses if nothing can be promoted (WhyNothingToPromote), or if an earlier promotion
// asks for more (RefuseWeaker). Without --force, it refuses in further cases:
//   - too few replicas for a Pod of the step: spec.replicas is 0, or is 1 in phase Paused
//   - at a pause: Pods of the step are not available
//   - at another step (--full): Pods of the step fail, or cannot be created
//   - in a stalled rollout, at another step: Pods are still starting, or do not exist
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "cmd/kubectl-windlass/canary.h"
#include "cmd/kubectl-windlass/change.h"
#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/step_status.h"
#include "cmd/kubectl-windlass/unobserved.h"
#include "cmd/kubectl-windlass/workload_standing.h"
#include "controller/workload/annotations/annotations.h"

namespace windlass::cli {
namespace {

// Why the command promotes nothing. The error text is the name of the object, and then `why`.
struct NoPromotion {
  std::string why;
  ExitCode code = ExitCode::kError;
};

// Call this if no step is under way. Returns why there is nothing to promote, and what to do.
NoPromotion NoStep(const Json& rollout, const std::string& object) {
  const std::string phase = TextOf(rollout, "/status/phase");
  if (phase == "Healthy" || phase == "RolledBack") {
    return {"has nothing to promote (" + phase + "): no rollout is under way"};
  }
  // A Rollout is stalled, for example, if its template or its strategy was refused.
  const Json* stalled = TrueCondition(rollout, "Stalled");
  if (stalled != nullptr) {
    return {"has nothing to promote (" + TextOf(*stalled, "/reason") +
            "): kubectl windlass status " + object + " says why"};
  }
  if (phase == "Paused" && FieldOf(rollout, "/spec/strategy/partition") != nullptr) {
    return {
        "waits at its partition, and has no steps: lower spec.strategy.partition to let it go on"};
  }
  return {"has no step left: kubectl windlass status " + object +
          " waits for the end of the rollout"};
}

// Returns "kubectl windlass abort rollout/web -n shop takes the rollout back, and ", or the same
// with undo; "" if nothing can take it back.
std::string BackClause(const Json& rollout, const std::string& object) {
  const std::string back = CommandBack(rollout, object);
  return back.empty() ? "" : back + " takes the rollout back, and ";
}

// Returns nullopt if the command can end a step: a pause or, with `full`, any step. Otherwise
// returns the first of these causes:
//   - the Rollout is aborted, or paused by spec.paused
//   - Windlass has not seen the last change of the Rollout, or cannot carry it out
//   - spec.strategy cannot be carried out
//   - no step is under way (NoStep)
//   - the step is not a pause, and `full` is false
std::optional<NoPromotion> WhyNothingToPromote(const Json& rollout, const std::string& object,
                                               bool full) {
  if (FlagOf(rollout, "/spec/abort")) {
    return NoPromotion{"is aborted, so nothing is rolled out: kubectl windlass retry " + object +
                           " ends the abort",
                       ExitCode::kAborted};
  }
  if (FlagOf(rollout, "/spec/paused")) {
    return NoPromotion{
        "is paused by spec.paused. A promotion does not end that pause. To end it: kubectl "
        "windlass resume " +
            object,
        ExitCode::kHeld};
  }
  if (const Json* why = WhyNotCarriedOut(rollout)) {
    return NoPromotion{"was changed, and Windlass cannot carry the change out: " +
                       TextOf(*why, "/message")};
  }
  if (!IsObserved(rollout) || FieldOf(rollout, "/status/phase") == nullptr) {
    return NoPromotion{
        "was changed, and Windlass has not seen the change yet: kubectl windlass status " + object +
        " waits for Windlass"};
  }
  // While spec.strategy cannot be carried out, promotes nothing. Otherwise the promotion would take
  // effect later, when a user corrects the strategy.
  if (const std::string stalled = StalledByStrategy(rollout); !stalled.empty()) {
    return NoPromotion{"is not promoted, because it " + stalled};
  }
  const std::optional<StepStatus> step = StepStatusOf(rollout);
  const bool steps =
      step && step->index > 0 && !step->done() && !ListOf(rollout, "/spec/strategy/steps").empty();
  if (!steps) return NoStep(rollout, object);
  if (full || step->is_pause) return std::nullopt;
  if (step->pods == StepPods::kNone) {
    return NoPromotion{"is not at a pause, but at step " + StepText(*step) + ": " +
                           NoPodsText(rollout, *step, object, full),
                       ExitCode::kHeld};
  }
  if (TextOf(rollout, "/status/phase") == "Stalled") {
    return NoPromotion{"is not at a pause, but stalled at step " + StepText(*step) + ": " +
                           BackClause(rollout, object) +
                           "--full --force ends all steps nevertheless",
                       ExitCode::kHeld};
  }
  return NoPromotion{"is not at a pause, but at step " + StepText(*step) +
                     ": kubectl windlass status " + object +
                     " waits for the next pause, and --full ends all steps"};
}

// Returns why Pods of the step forbid the promotion; "" if they allow it. These causes count:
//   - at a pause: the status says that Pods of the step are not available
//   - at a pause, if the status does not tell (kNotTold): a Pod or the ReplicaSet shows a cause
//   - at another step (--full): a Pod fails, or the ReplicaSet cannot create Pods
//   - at another step of a stalled rollout: in addition, a Pod is not available yet, or the
//     revision has no Pods that count (CanaryState::exist)
Result<std::string> WhyUnavailable(const CommandContext& context, const Place& place,
                                   const Json& rollout, const StepStatus& step) {
  if (step.is_pause && step.pods == StepPods::kAvailable) return std::string();
  const bool stalled = TextOf(rollout, "/status/phase") == "Stalled";
  const Result<CanaryState> canaries =
      ReadCanaries(context.session, rollout, place.namespace_, step.revision,
                   step.is_pause || stalled ? Mood::kWaiting : Mood::kBad);
  const bool told = step.is_pause && step.pods != StepPods::kNotTold;
  if (!canaries.ok() && !told) return canaries.error();
  if (!canaries.ok()) return "the cause cannot be read: " + canaries.error().message;
  if (!canaries->why.empty()) return canaries->why;
  const bool lacks_pods = !step.is_pause && stalled && !canaries->exist;
  if (!told && !lacks_pods) return std::string();
  const std::string revision = "revision " + std::to_string(step.revision);
  if (!canaries->exist) {
    return "no Pod is updated to " + revision + "; kubectl windlass status " + InCommand(place) +
           " says what the rollout waits for";
  }
  return "Windlass reports Pods of " + revision +
         " as not available, and no Pod shows a cause; kubectl windlass get " + InCommand(place) +
         " shows the Pods";
}

// Refuses this promotion if it would replace a stronger one that Windlass may not have carried out.
// Stronger means that it has --full or --force, and this command lacks that flag. Examples:
//   - the annotation is "2@8/force", and this command has no --force
//   - the annotation is "full@8", and this command has --force but not --full
// On a refusal, prints why and returns the exit code; otherwise returns nullopt.
std::optional<ExitCode> RefuseWeaker(const CommandContext& context, const Place& place,
                                     const Json& rollout, const StepStatus& step) {
  const std::string stored = AnnotationOf(rollout, workload::kPromote);
  const bool full = context.line.full;
  const bool force = context.line.force;
  for (const bool also_full : {false, true}) {
    for (const bool also_force : {false, true}) {
      const bool asks_for_more = (also_full && !full) || (also_force && !force);
      if (!asks_for_more || stored != PromoteText(step, also_full, also_force)) continue;
      const std::string both =
          std::string(full || also_full ? " --full" : "") + (force || also_force ? " --force" : "");
      return Refuse(context, place,
                    "has the annotation " + std::string(workload::kPromote) + '=' + stored +
                        ", which Windlass has not carried out yet. This command would replace it, "
                        "so nothing was changed. To combine the two promotions: "
                        "kubectl windlass promote " +
                        InCommand(place) + both,
                    ExitCode::kOtherUpdate);
    }
  }
  return std::nullopt;
}

std::variant<ExitCode, Change> Promotion(const CommandContext& context, const Place& place,
                                         const Json& rollout) {
  const std::string object = InCommand(place);
  const bool full = context.line.full;
  const bool force = context.line.force;
  if (const auto nothing = WhyNothingToPromote(rollout, object, full)) {
    return Refuse(context, place, nothing->why, nothing->code);
  }
  const StepStatus step = *StepStatusOf(rollout);
  const std::string past = full ? "past all steps" : "past step " + StepText(step);
  if (!force && step.pods == StepPods::kNone) {
    return Refuse(context, place,
                  "is not promoted " + past + ": " + NoPodsText(rollout, step, object, full),
                  ExitCode::kHeld);
  }
  if (!force) {
    const Result<std::string> why = WhyUnavailable(context, place, rollout, step);
    if (!why.ok()) return Report(context.session, context.console, why.error());
    if (!why->empty()) {
      return Refuse(context, place,
                    "is not promoted " + past + ": canary not available: " + *why + ". " +
                        BackClause(rollout, object) + "--force promotes it nevertheless",
                    ExitCode::kHeld);
    }
  }
  if (const auto refused = RefuseWeaker(context, place, rollout, step)) return *refused;
  Change change;
  // If the step is not a pause, its Pods may still be starting, so a promotion without --force
  // takes effect later.
  const bool later = !force && !step.is_pause;
  change.done = std::string(later ? "to be " : "") + "promoted " + past +
                (full ? ", step " + StepText(step) + " included" : "") +
                (force ? ", by force" : "") +
                (later ? ", as soon as the updated Pods are available" : "");
  change.patch["metadata"]["annotations"][std::string(workload::kPromote)] =
      PromoteText(step, full, force);
  return change;
}

}  // namespace

ExitCode PromoteRollout(const CommandContext& context, const Place& place) {
  return ChangeWorkload(context, place,
                        [&](const Json& rollout) { return Promotion(context, place, rollout); });
}

}  // namespace windlass::cli
