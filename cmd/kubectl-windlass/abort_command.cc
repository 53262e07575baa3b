// abort and retry: spec.abort of a Rollout (docs/rollouts-steps.md). On a Deployment they end with
// kUsage and name the command that does it there.
#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/unobserved.h"

namespace windlass::cli {
namespace {

ExitCode EndAbort(const CommandContext& context, const Place& place, const Json& rollout) {
  if (!FlagOf(rollout, "/spec/abort")) return Refuse(context, place, "is not aborted");
  if (FlagOf(rollout, "/spec/paused")) {
    context.console.Warning("rollout \"" + place.name +
                            "\" is paused: its template is rolled out again only when kubectl "
                            "windlass resume " +
                            ShortName(place.resource, place.name) + " ends spec.paused");
  }
  return Change(context, place, rollout, {{"spec", {{"abort", false}}}}, "no longer aborted");
}

ExitCode BeginAbort(const CommandContext& context, const Place& place, const Json& rollout) {
  const std::string retry = "kubectl windlass retry " + ShortName(place.resource, place.name);
  if (FlagOf(rollout, "/spec/abort")) {
    return Refuse(context, place, "is already aborted: " + retry + " rolls it out again");
  }
  if (FieldOf(rollout, "/status/stableRevision") == nullptr) {
    context.console.Warning("rollout \"" + place.name +
                            "\" has no stable revision yet, so no Pod goes back: correct the "
                            "template, and end the abort with " +
                            retry);
  }
  return Change(context, place, rollout, {{"spec", {{"abort", true}}}}, "aborted");
}

ExitCode AbortOf(const CommandContext& context, const Place& place) {
  const bool end = context.line.command == CommandName::kRetry || context.line.end;
  if (place.resource != resources::kRollouts) {
    return Usage(context, std::string(end ? "a Deployment is never aborted"
                                          : "a Deployment cannot be aborted") +
                              ": kubectl windlass undo " + ShortName(place.resource, place.name) +
                              " brings its last revision back");
  }
  const Result<Json> rollout = ReadWorkload(context, place);
  if (!rollout.ok()) return Report(context.session, context.console, rollout.error());
  return end ? EndAbort(context, place, *rollout) : BeginAbort(context, place, *rollout);
}

}  // namespace

ExitCode RunAbort(const CommandContext& context) { return ForEachObject(context, &AbortOf); }

}  // namespace windlass::cli
