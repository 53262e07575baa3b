// promote and abort: what only Rollouts have (docs/rollouts-steps.md). On a Deployment they end
// with kUsage and name the command that does it there.
#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "controller/workload/annotations.h"

namespace windlass::cli {
namespace {

ExitCode Patch(const CommandContext& context, const Place& place, const Json& object, Json patch,
               const std::string& what) {
  patch["metadata"]["uid"] = TextOf(object, "/metadata/uid");
  const Result<Json> patched =
      PatchObject(context.session, place, {kMergePatch, patch.dump(), kPluginFieldManager});
  if (!patched.ok()) return Report(context.session, context.console, patched.error());
  PrintDone(context, place, *patched, what);
  return ExitCode::kDone;
}

// Returns true if the present step is a pause.
bool IsPause(const Json& rollout, int64_t step) {
  return FieldOf(rollout, "/spec/strategy/steps/" + std::to_string(step - 1) + "/pause") != nullptr;
}

ExitCode PromoteOf(const CommandContext& context, const Place& place) {
  const std::string object = ShortName(place.resource, place.name);
  if (place.resource != resources::kRollouts) {
    return Usage(context, "a Deployment has no steps to promote: kubectl windlass resume " +
                              object + " ends spec.paused, and kubectl annotate --overwrite " +
                              object + " windlass.dev/in-place-partition=0 ends a partition");
  }
  const Result<Json> rollout = ReadObject(context.session, place);
  if (!rollout.ok()) return Report(context.session, context.console, rollout.error());
  const int64_t step = NumberOf(*rollout, "/status/step/index");
  const int64_t total = NumberOf(*rollout, "/status/step/total");
  if (!IsObserved(*rollout) || step < 1 || step > total || !IsPause(*rollout, step)) {
    std::string why = "rollout \"" + place.name + "\" is not at a pause among its steps (" +
                      TextOf(*rollout, "/status/phase", "not seen by Windlass yet") + ")";
    if (FlagOf(*rollout, "/spec/paused")) {
      why += ": kubectl windlass resume " + object + " ends spec.paused";
    } else if (FieldOf(*rollout, "/spec/strategy/partition") != nullptr) {
      why += ": it has a partition; lower spec.strategy.partition";
    } else {
      why += ": kubectl windlass status " + object + " waits for the next one";
    }
    context.console.Error(why);
    return ExitCode::kError;
  }
  const std::string value =
      std::to_string(step) + '@' + std::to_string(NumberOf(*rollout, "/status/step/revision"));
  Json patch;
  patch["metadata"]["annotations"][std::string(workload::kPromote)] = value;
  return Patch(context, place, *rollout, std::move(patch),
               "promoted past step " + std::to_string(step) + " of " + std::to_string(total));
}

ExitCode AbortOf(const CommandContext& context, const Place& place) {
  const std::string object = ShortName(place.resource, place.name);
  const bool end = context.line.end;
  if (place.resource != resources::kRollouts) {
    return Usage(
        context,
        std::string(end ? "a Deployment is never aborted" : "a Deployment cannot be aborted") +
            ": kubectl windlass undo " + object + " brings its last revision back");
  }
  const Result<Json> rollout = ReadObject(context.session, place);
  if (!rollout.ok()) return Report(context.session, context.console, rollout.error());
  if (FlagOf(*rollout, "/spec/abort") != end) {
    context.console.Error("rollout \"" + place.name + "\" is " +
                          (end ? "not aborted" : "already aborted: --end rolls it out again"));
    return ExitCode::kError;
  }
  if (!end && FieldOf(*rollout, "/status/stableRevision") == nullptr) {
    context.console.Warning("rollout \"" + place.name +
                            "\" has no stable revision yet, so no Pod goes back: correct the "
                            "template, and end the abort with --end");
  }
  return Patch(context, place, *rollout, {{"spec", {{"abort", !end}}}},
               end ? "no longer aborted" : "aborted");
}

}  // namespace

ExitCode RunPromote(const CommandContext& context) { return ForEachObject(context, &PromoteOf); }

ExitCode RunAbort(const CommandContext& context) { return ForEachObject(context, &AbortOf); }

}  // namespace windlass::cli
