// abort and retry: spec.abort of a Rollout (docs/rollouts-steps.md).
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/unobserved.h"
#include "controller/workload/annotations.h"

namespace windlass::cli {

ExitCode RetryRollout(const CommandContext& context, const Place& place) {
  const Result<Json> read = ReadWorkload(context, place);
  if (!read.ok()) return Report(context.session, context.console, read.error());
  const Json& rollout = *read;
  if (!FlagOf(rollout, "/spec/abort")) return Refuse(context, place, "is not aborted");
  if (FlagOf(rollout, "/spec/paused")) {
    context.console.Warning("rollout \"" + place.name +
                            "\" is paused: its template is rolled out again only when kubectl "
                            "windlass resume " +
                            InCommand(place) + " ends spec.paused");
  }
  return Change(context, place, rollout, {{"spec", {{"abort", false}}}}, "no longer aborted");
}

ExitCode AbortRollout(const CommandContext& context, const Place& place) {
  const Result<Json> read = ReadWorkload(context, place);
  if (!read.ok()) return Report(context.session, context.console, read.error());
  const Json& rollout = *read;
  const std::string retry = "kubectl windlass retry " + InCommand(place);
  if (FlagOf(rollout, "/spec/abort")) {
    return Refuse(context, place, "is already aborted: " + retry + " rolls it out again");
  }
  const std::string phase = TextOf(rollout, "/status/phase");
  if (IsObserved(rollout) && (phase == "Healthy" || phase == "RolledBack")) {
    return Refuse(context, place,
                  "has no rollout under way (" + phase +
                      "), so there is nothing to abort: kubectl windlass undo " + InCommand(place) +
                      " goes back to the revision before");
  }
  if (FieldOf(rollout, "/status/stableRevision") == nullptr) {
    context.console.Warning("rollout \"" + place.name +
                            "\" has no stable revision yet, so no Pod goes back: correct the "
                            "template, and end the abort with " +
                            retry);
  }
  Json patch = {{"spec", {{"abort", true}}}};
  // A promotion that Windlass has not looked at would count again once the abort ends.
  if (!AnnotationOf(rollout, workload::kPromote).empty()) {
    patch["metadata"]["annotations"][std::string(workload::kPromote)] = nullptr;
  }
  return Change(context, place, rollout, std::move(patch), "aborted");
}

}  // namespace windlass::cli
