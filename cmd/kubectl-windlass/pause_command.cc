// pause, resume and restart: one patch each. For Deployments the requests and texts are those of
// kubectl rollout; a custom resource has no strategic merge patch, so Rollouts get a merge patch.
#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/unobserved.h"
#include "kubeclient/api/time.h"

namespace windlass::cli {
namespace {

constexpr const char* kRestartedAt = "kubectl.kubernetes.io/restartedAt";

ExitCode SetPaused(const CommandContext& context, const Place& place, bool pause) {
  const Result<Json> object = ReadWorkload(context, place);
  if (!object.ok()) return Report(context.session, context.console, object.error());
  if (FlagOf(*object, "/spec/paused") == pause) {
    return Refuse(context, place, pause ? "is already paused" : "is not paused");
  }
  const bool rollout = place.resource == resources::kRollouts;
  const Json resumed = rollout ? Json(false) : Json();  // kubectl removes the field
  return Change(context, place, *object, {{"spec", {{"paused", pause ? Json(true) : resumed}}}},
                pause ? "paused" : "resumed");
}

}  // namespace

ExitCode PauseWorkload(const CommandContext& context, const Place& place) {
  return SetPaused(context, place, true);
}

ExitCode ResumeWorkload(const CommandContext& context, const Place& place) {
  return SetPaused(context, place, false);
}

ExitCode RestartWorkload(const CommandContext& context, const Place& place) {
  const Result<Json> object = ReadWorkload(context, place);
  if (!object.ok()) return Report(context.session, context.console, object.error());
  if (FlagOf(*object, "/spec/paused")) {
    const std::string resume = "kubectl windlass resume " + InCommand(place);
    const bool rollout = place.resource == resources::kRollouts;
    return Refuse(context, place,
                  rollout ? "is paused, and would restart only when it is resumed: " + resume +
                                ", and try again"
                          : "can't restart paused deployment (run " + resume + " first)",
                  ExitCode::kHeld);
  }
  if (FlagOf(*object, "/spec/abort")) {
    return Refuse(context, place,
                  "is aborted, and would restart only when that ends: kubectl windlass retry " +
                      InCommand(place) + ", and try again",
                  ExitCode::kAborted);
  }
  const std::string now = FormatTime(context.session.clock().Wall());
  const std::string before =
      TextOf(*object, "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt");
  if (before == now) {
    return Refuse(context, place, "was restarted within this second: wait, and try again");
  }
  return Change(
      context, place, *object,
      {{"spec", {{"template", {{"metadata", {{"annotations", {{kRestartedAt, now}}}}}}}}}},
      "restarted");
}

}  // namespace windlass::cli
