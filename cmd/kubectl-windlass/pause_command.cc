// pause, resume and restart: each command patches the spec. For Deployments, the requests and most
// texts are those of kubectl rollout. For Rollouts, the command sends a merge patch, because the
// API server accepts no strategic merge patch for a custom resource.
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "cmd/kubectl-windlass/change.h"
#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/workload_standing.h"
#include "kubeclient/api/time.h"

namespace windlass::cli {
namespace {

constexpr const char* kRestartedAt = "kubectl.kubernetes.io/restartedAt";

ExitCode SetPaused(const CommandContext& context, const Place& place, bool pause) {
  return ChangeWorkload(context, place, [&](const Json& object) -> std::variant<ExitCode, Change> {
    if (FlagOf(object, "/spec/paused") == pause) {
      return Refuse(context, place, pause ? "is already paused" : "is not paused");
    }
    const bool like_kubectl = IsLikeKubectl(place.resource);
    const Json resumed = like_kubectl ? Json() : Json(false);  // null removes the field
    Change change{.patch = {{"spec", {{"paused", pause ? Json(true) : resumed}}}},
                  .done = pause ? "paused" : "resumed"};
    const std::string back = pause ? "" : StoredRollback(object);
    if (!back.empty()) {
      change.warning = KindWord(place.resource) + " \"" + place.name + "\" goes back to " + back +
                       " now, as spec.rollbackTo asks";
    }
    return change;
  });
}

// If a restart would not begin, or if a rollback would undo it, prints an error and returns the
// exit code. Otherwise returns nullopt.
std::optional<ExitCode> RefuseRestart(const CommandContext& context, const Place& place,
                                      const Json& object) {
  if (FlagOf(object, "/spec/paused")) {
    const std::string resume = "kubectl windlass resume " + InCommand(place);
    return Refuse(
        context, place,
        IsLikeKubectl(place.resource)
            ? "can't restart paused " + KindWord(place.resource) + " (run " + resume + " first)"
            : "is paused, and would restart only when it is resumed: run " + resume +
                  ", and try again",
        ExitCode::kHeld);
  }
  if (FlagOf(object, "/spec/abort")) {
    return Refuse(
        context, place,
        "is aborted, and would restart only when the abort ends: run kubectl windlass retry " +
            InCommand(place) + ", and try again",
        ExitCode::kAborted);
  }
  const Kind* kind = KindOf(place.resource);
  const OnlyInPlace only = kind == nullptr ? OnlyInPlace() : kind->only_in_place;
  if (only.is_asked != nullptr && only.is_asked(object)) {
    return Refuse(context, place,
                  "cannot be restarted: a restart replaces all Pods, and " +
                      std::string(only.setting) + " replaces none. Change the image instead",
                  ExitCode::kHeld);
  }
  if (PendingRollback(object) != nullptr) {
    return Refuse(context, place,
                  "is about to be rolled back, as spec.rollbackTo asks. The rollback would undo "
                  "the restart. Wait for the end of the rollback, and try again: kubectl windlass "
                  "status " +
                      InCommand(place),
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
