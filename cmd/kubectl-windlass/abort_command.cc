// abort and retry: spec.abort of a Rollout (docs/rollouts-steps.md).
#include <nlohmann/json.hpp>
#include <variant>

#include "cmd/kubectl-windlass/change.h"
#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/workload_standing.h"
#include "controller/workload/annotations/annotations.h"

namespace windlass::cli {

namespace {

// Returns `warning`, followed by the text of StalledByStrategy if spec.strategy cannot be carried
// out.
std::string WithStrategy(std::string warning, const Json& rollout, const Place& place) {
  const std::string stalled = StalledByStrategy(rollout);
  if (stalled.empty()) return warning;
  const std::string who = "rollout \"" + place.name + "\" ";
  return (warning.empty() ? "" : warning + ". ") + who + stalled;
}

}  // namespace

ExitCode RetryRollout(const CommandContext& context, const Place& place) {
  return ChangeWorkload(context, place, [&](const Json& rollout) -> std::variant<ExitCode, Change> {
    if (!FlagOf(rollout, "/spec/abort")) return Refuse(context, place, "is not aborted");
    Change change{.patch = {{"spec", {{"abort", false}}}}, .done = "no longer aborted"};
    if (FlagOf(rollout, "/spec/paused")) {
      change.warning = "rollout \"" + place.name +
                       "\" is paused by spec.paused. To roll out its template again: kubectl "
                       "windlass resume " +
                       InCommand(place);
    }
    change.warning = WithStrategy(change.warning, rollout, place);
    return change;
  });
}

namespace {

// Returns the warning to print when `rollout` is aborted; "" if there is nothing to warn of.
std::string AbortWarning(const Json& rollout, const Place& place) {
  const std::string who = "rollout \"" + place.name + "\" ";
  // If spec.rollbackTo asks for a rollback, this rollback waits while spec.paused is true. An abort
  // lets the rollback begin although spec.paused is still true.
  const std::string back = StoredRollback(rollout);
  if (!back.empty()) {
    return who + "goes back to " + back +
           " now, as spec.rollbackTo asks, although spec.paused is true";
  }
  if (FieldOf(rollout, "/status/stableRevision") == nullptr) {
    return who +
           "has no stable revision yet, so no Pod goes back: correct the template, and end the "
           "abort with kubectl windlass retry " +
           InCommand(place);
  }
  return "";
}

}  // namespace

ExitCode AbortRollout(const CommandContext& context, const Place& place) {
  return ChangeWorkload(context, place, [&](const Json& rollout) -> std::variant<ExitCode, Change> {
    if (FlagOf(rollout, "/spec/abort")) {
      return Refuse(context, place,
                    "is already aborted: kubectl windlass retry " + InCommand(place) +
                        " rolls its template out again");
    }
    const std::string phase = TextOf(rollout, "/status/phase");
    if (IsObserved(rollout) && (phase == "Healthy" || phase == "RolledBack")) {
      return Refuse(context, place,
                    "has no rollout under way (" + phase +
                        "), so there is nothing to abort: kubectl windlass undo " +
                        InCommand(place) + " goes back to the revision before");
    }
    Change change{.patch = {{"spec", {{"abort", true}}}},
                  .done = "aborted",
                  .warning = WithStrategy(AbortWarning(rollout, place), rollout, place)};
    // Also removes a promotion that Windlass has not carried out yet. Otherwise the promotion could
    // take effect later, if the user ends the abort before Windlass has seen the abort.
    if (!AnnotationOf(rollout, workload::kPromote).empty()) {
      change.patch["metadata"]["annotations"][std::string(workload::kPromote)] = nullptr;
    }
    return change;
  });
}

}  // namespace windlass::cli
