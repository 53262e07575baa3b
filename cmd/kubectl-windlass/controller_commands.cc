// status, history, undo, abort, pause and resume of a ReplicationController: they follow and steer
// its rolling update, a ReplicationControllerUpdate. One that runs with --local is known to nobody
// but the program that runs it.
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cmd/kubectl-windlass/answer.h"
#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/controller_standing.h"
#include "cmd/kubectl-windlass/controller_update.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "cmd/kubectl-windlass/table.h"

namespace windlass::cli {
namespace {

// The update that a command steers, or the exit code of a command that has written why there is
// none.
struct Steered {
  Place place{};
  Json update{};
  std::optional<ExitCode> refused{};
};

Steered UpdateToSteer(const CommandContext& context, const Place& place) {
  Result<ControllerUpdate> found = ReadControllerUpdate(context, place);
  const auto refused = [](ExitCode code) { return Steered{.refused = code}; };
  if (!found.ok()) return refused(Report(context.session, context.console, found.error()));
  if (found->unreadable) {
    return refused(Report(context.session, context.console, *found->unreadable));
  }
  const bool steerable = found->update && IsUnderWay(*found->update) &&
                         StateOf(context, *found->update) != UpdateState::kRefused;
  if (steerable) return {.place = found->place, .update = *std::move(found->update)};
  return refused(Refuse(context, place,
                        "has no rolling update under way: kubectl windlass rolling-update " +
                            place.name +
                            " --image=IMAGE begins one, also back to an earlier image. An update "
                            "with --local is steered where it runs"));
}

ExitCode SetPaused(const CommandContext& context, const Place& place, bool pause) {
  const Steered steered = UpdateToSteer(context, place);
  if (steered.refused) return *steered.refused;
  if (FlagOf(steered.update, "/spec/paused") != pause) {
    return Change(context, steered.place, steered.update, {{"spec", {{"paused", pause}}}},
                  pause ? "paused" : "resumed");
  }
  if (pause) return Refuse(context, place, "is already paused");
  const Standing standing = StandingOfUpdate(steered.update);
  if (standing.ends != ExitCode::kHeld) return Refuse(context, place, "is not paused");
  return Refuse(context, place, "is not paused by spec.paused: " + standing.why, ExitCode::kHeld);
}

// Turns an update that goes forward round, also one that is paused: what has been done is taken
// back. Without --wait of its own, `what` is printed for the write.
ExitCode TurnRound(const CommandContext& context, const Steered& steered, const std::string& what) {
  return Change(context, steered.place, steered.update,
                {{"spec", {{"rollback", true}, {"paused", false}}}}, what);
}

std::optional<ExitCode> RefuseTurned(const CommandContext& context, const Place& place,
                                     const Steered& steered) {
  if (!FlagOf(steered.update, "/spec/rollback")) return std::nullopt;
  return Refuse(context, place,
                "is being rolled back already: kubectl windlass status " +
                    ShortName(place.resource, place.name) + " waits for the end");
}

// Reads the other controller of the update; null if there is none.
Json OtherController(const CommandContext& context, const Place& place,
                     const ControllerUpdate& found) {
  const std::string new_name = TextOf(*found.update, "/status/newName");
  const std::string& other = place.name == found.place.name ? new_name : found.place.name;
  if (other.empty()) return nullptr;
  Result<Json> read = ReadObject(context.session, {place.resource, place.namespace_, other});
  return read.ok() ? *std::move(read) : Json();
}

}  // namespace

ExitCode StatusOfController(const CommandContext& context, const Place& place) {
  const Result<ControllerUpdate> found = ReadControllerUpdate(context, place);
  if (!found.ok()) return Report(context.session, context.console, found.error());
  if (found->unreadable) context.console.Warning(found->unreadable->message);
  if (!found->update || !IsUnderWay(*found->update)) {
    return WatchStatus(context, place, &StandingOfController, found->controller);
  }
  const Json other = OtherController(context, place, *found);
  const bool back = FlagOf(*found->update, "/spec/rollback");
  const bool scales_this_up = (place.name == found->place.name) == back;
  return WatchStatus(context, found->place, &StandingOfUpdate,
                     scales_this_up ? found->controller : other);
}

ExitCode HistoryOfController(const CommandContext& context, const Place& place) {
  if (context.line.revision > 0) {
    return Usage(context, "a ReplicationController has no revisions: leave out --revision");
  }
  const Result<ControllerUpdate> found = ReadControllerUpdate(context, place);
  if (!found.ok()) return Report(context.session, context.console, found.error());
  if (found->unreadable) context.console.Warning(found->unreadable->message);
  const Json other = found->update ? OtherController(context, place, *found) : Json();
  std::vector<const Json*> controllers;
  for (const Json* controller : {&found->controller, &other}) {
    if (!controller->is_null()) controllers.push_back(controller);
  }
  if (context.line.output != OutputFormat::kText) {
    context.console.out(PrintList(controllers, place.resource, context.line.output));
    return ExitCode::kDone;
  }
  std::vector<std::vector<std::string>> rows = {{"CONTROLLER", "PODS", "IMAGES"}};
  for (const Json* controller : controllers) {
    rows.push_back({TextOf(*controller, "/metadata/name"),
                    std::to_string(NumberOf(*controller, "/status/replicas")),
                    ImagesOf(*controller)});
  }
  context.console.Line(ObjectName(place.resource, place.name) + ' ');
  context.console.out(TableText(rows, 2));
  if (found->update) {
    const Standing standing = StandingOfUpdate(*found->update);
    context.console.Line(standing.sentence.empty() ? standing.why : standing.sentence);
    PrintLines(context, *found->update, 0);
  }
  context.console.out("\n");
  return ExitCode::kDone;
}

ExitCode PauseController(const CommandContext& context, const Place& place) {
  return SetPaused(context, place, true);
}

ExitCode ResumeController(const CommandContext& context, const Place& place) {
  return SetPaused(context, place, false);
}

ExitCode AbortController(const CommandContext& context, const Place& place) {
  const Steered steered = UpdateToSteer(context, place);
  if (steered.refused) return *steered.refused;
  if (const auto refused = RefuseTurned(context, place, steered)) return *refused;
  return TurnRound(context, steered, "aborted");
}

ExitCode UndoController(const CommandContext& context, const Place& place) {
  if (context.line.revision > 0) {
    return Usage(context, "a ReplicationController has no revisions: leave out --to-revision");
  }
  const Steered steered = UpdateToSteer(context, place);
  if (steered.refused) return *steered.refused;
  if (const auto refused = RefuseTurned(context, place, steered)) return *refused;
  const ExitCode code = TurnRound(context, steered, "rollback requested");
  if (code != ExitCode::kDone || context.line.dry_run != "none") return code;
  const auto answer = WaitForAnswer(context, steered.place, &IsObserved);
  if (!answer.ok()) return Report(context.session, context.console, answer.error());
  if (!*answer) {
    context.console.Error(
        ObjectName(steered.place.resource, steered.place.name) +
        " is to be rolled back, but Windlass has not looked at that for " +
        std::to_string(kAnswerMax.count()) +
        " s: check that it runs in the cluster, with --controllers=replicationcontrollerupdate. It "
        "rolls back when it does");
    return ExitCode::kTimeout;
  }
  const Standing standing = StandingOfUpdate(**answer);
  if (standing.ends != ExitCode::kFailed) return ExitCode::kDone;
  context.console.Error(standing.why);
  return ExitCode::kFailed;
}

}  // namespace windlass::cli
