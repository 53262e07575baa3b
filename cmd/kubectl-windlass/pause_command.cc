// pause, resume and restart: each command sends one patch. For Deployments, the requests and most
// texts are those of kubectl rollout. For Rollouts, the command sends a merge patch, because the
// API server accepts no strategic merge patch for a custom resource.
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "cmd/kubectl-windlass/change.h"
#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/workload_standing.h"
#include "controller/api/custom_resources.h"
#include "kubeclient/api/time.h"

namespace windlass::cli {
namespace {

constexpr const char* kRestartedAt = "kubectl.kubernetes.io/restartedAt";

ExitCode SetPaused(const CommandContext& context, const Place& place, bool pause) {
  return ChangeWorkload(context, place, [&](const Json& object) -> std::variant<ExitCode, Change> {
    if (FlagOf(object, "/spec/paused") == pause) {
      return Refuse(context, place, pause ? "is already paused" : "is not paused");
    }
    const bool rollout = place.resource == resources::kRollouts;
    const Json resumed = rollout ? Json(false) : Json();  // null removes the field, as kubectl does
    Change change{.patch = {{"spec", {{"paused", pause ? Json(true) : resumed}}}},
                  .done = pause ? "paused" : "resumed"};
    const std::string back = rollout && !pause ? StoredRollback(object) : "";
    if (!back.empty()) {
      change.warning =
          "rollout \"" + place.name + "\" goes back to " + back + " now, as spec.rollbackTo asks";
    }
    return change;
  });
}

// If a restart would not begin, or if a rollback would undo it, prints an error and returns the
// exit code. Otherwise returns nullopt.
std::optional<ExitCode> RefuseRestart(const CommandContext& context, const Place& place,
                                      const Json& object) {
  const bool rollout = place.resource == resources::kRollouts;
  if (FlagOf(object, "/spec/paused")) {
    const std::string resume = "kubectl windlass resume " + InCommand(place);
    return Refuse(context, place,
                  rollout ? "is paused, and would restart only when it is resumed: run " + resume +
                                ", and try again"
                          : "can't restart paused deployment (run " + resume + " first)",
                  ExitCode::kHeld);
  }
  if (FlagOf(object, "/spec/abort")) {
    return Refuse(
        context, place,
        "is aborted, and would restart only when the abort ends: run kubectl windlass retry " +
            InCommand(place) + ", and try again",
        ExitCode::kAborted);
  }
  if (NeverGetsNewPods(object, place.resource)) {
    return Refuse(
        context, place,
        "cannot be restarted: a restart replaces all Pods, and " +
            std::string(rollout ? "strategy InPlaceOnly" : "windlass.dev/in-place: Only") +
            " replaces none. Change the image instead",
        ExitCode::kHeld);
  }
  if (FieldOf(object, "/spec/rollbackTo") != nullptr) {
    return Refuse(context, place,
                  "is about to be rolled back, as spec.rollbackTo asks, and the rollback would "
                  "undo the restart: kubectl windlass status " +
                      InCommand(place) + " waits for the rollback; then try again",
                  ExitCode::kOtherUpdate);
  }
  return std::nullopt;
}

}  // namespace

ExitCode PauseWorkload(const CommandContext& context, const Place& place) {
  return SetPaused(context, place, true);
}

ExitCode ResumeWorkload(const CommandContext& context, const Place& place) {
  return SetPaused(context, place, false);
}

ExitCode RestartWorkload(const CommandContext& context, const Place& place) {
  return ChangeWorkload(context, place, [&](const Json& object) -> std::variant<ExitCode, Change> {
    if (const auto refused = RefuseRestart(context, place, object)) return *refused;
    const std::string now = FormatTime(context.session.clock().Wall());
    const std::string before =
        TextOf(object, "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt");
    if (before == now) {
      return Refuse(context, place,
                    "was already restarted within this second: wait a second, and try again");
    }
    return Change{
        .patch = {{"spec",
                   {{"template", {{"metadata", {{"annotations", {{kRestartedAt, now}}}}}}}}}},
        .done = "restarted"};
  });
}

}  // namespace windlass::cli
