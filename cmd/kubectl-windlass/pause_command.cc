// pause, resume and restart: one patch each. For Deployments the requests and texts are those of
// kubectl rollout; a custom resource has no strategic merge patch, so Rollouts get a merge patch.
#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "kubeclient/api/time.h"

namespace windlass::cli {
namespace {

constexpr const char* kRestartedAt = "kubectl.kubernetes.io/restartedAt";

ExitCode Change(const CommandContext& context, const Place& place, const Json& object, Json spec,
                const std::string& what) {
  const bool rollout = place.resource == resources::kRollouts;
  Json patch = {{"spec", std::move(spec)}};
  // The object that the user named, and not another one that got its name since.
  if (rollout) patch["metadata"]["uid"] = TextOf(object, "/metadata/uid");
  const Result<Json> patched =
      PatchObject(context.session, place,
                  {rollout ? kMergePatch : kStrategicMergePatch, patch.dump(),
                   rollout ? kPluginFieldManager : kRolloutFieldManager});
  if (!patched.ok()) return Report(context.session, context.console, patched.error());
  PrintDone(context, place, *patched, what);
  return ExitCode::kDone;
}

// Writes kubectl's text about an object that is not in the state that the command expects.
void Refuse(const CommandContext& context, const Place& place, const std::string& why) {
  context.console.Error(ResourceText(place.resource) + " \"" + place.name + "\" " + why);
}

ExitCode PauseOf(const CommandContext& context, const Place& place) {
  const Result<Json> object = ReadObject(context.session, place);
  if (!object.ok()) return Report(context.session, context.console, object.error());
  const bool pause = context.line.command == CommandName::kPause;
  if (FlagOf(*object, "/spec/paused") == pause) {
    Refuse(context, place, pause ? "is already paused" : "is not paused");
    return ExitCode::kError;
  }
  const bool rollout = place.resource == resources::kRollouts;
  const Json resumed = rollout ? Json(false) : Json();  // kubectl removes the field
  return Change(context, place, *object, {{"paused", pause ? Json(true) : resumed}},
                pause ? "paused" : "resumed");
}

ExitCode RestartOf(const CommandContext& context, const Place& place) {
  const Result<Json> object = ReadObject(context.session, place);
  if (!object.ok()) return Report(context.session, context.console, object.error());
  if (FlagOf(*object, "/spec/paused")) {
    Refuse(context, place,
           "can't restart paused " + KindWord(place.resource) + " (run kubectl windlass resume " +
               ShortName(place.resource, place.name) + " first)");
    return ExitCode::kHeld;
  }
  const std::string now = FormatTime(context.session.clock().Wall());
  const std::string before =
      TextOf(*object, "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt");
  if (before == now) {
    Refuse(context, place, "was restarted within this second: wait, and try again");
    return ExitCode::kError;
  }
  return Change(context, place, *object,
                {{"template", {{"metadata", {{"annotations", {{kRestartedAt, now}}}}}}}},
                "restarted");
}

}  // namespace

ExitCode RunPause(const CommandContext& context) { return ForEachObject(context, &PauseOf); }

ExitCode RunRestart(const CommandContext& context) { return ForEachObject(context, &RestartOf); }

}  // namespace windlass::cli
