// The commands status, history, undo, abort, pause and resume for a ReplicationController. They
// read and change its ReplicationControllerUpdate, the rolling update. A rolling update with
// --local has none, so only the program that runs it can change it.
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "cmd/kubectl-windlass/answer.h"
#include "cmd/kubectl-windlass/change.h"
#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/controller_standing.h"
#include "cmd/kubectl-windlass/controller_update.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "cmd/kubectl-windlass/table.h"
#include "controller/replication_controller/words.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

constexpr const char* kStaysStill =
    "The update, which had failed, is paused, so that it does not begin again";

// The controller and the update that a command is to change. `refused`, if set, is the exit code of
// the command:
//   - kDone: the command has already changed this update, and nothing was printed
//   - otherwise: the update cannot be changed, and UpdateToSteer has printed why
struct Steered {
  ControllerUpdate found{};
  std::optional<ExitCode> refused{};
  // The state of the update before Steer has patched it. Set only in Steer's argument `done`.
  bool was_paused = false;
  bool had_failed = false;

  const Json& update() const { return *found.update; }
};

std::string StoppedText(const Json& update) {
  return "has an update that has stopped half way: " + StandingOfUpdate(update).why;
}

Steered UpdateToSteer(const CommandContext& context, const Place& place) {
  Result<ControllerUpdate> found = ReadControllerUpdate(context, place);
  const auto refused = [](ExitCode code) { return Steered{.refused = code}; };
  if (!found.ok()) return refused(Report(context.session, context.console, found.error()));
  if (found->unreadable) {
    return refused(Report(context.session, context.console, *found->unreadable));
  }
  // If the user names both controllers of one update, or -l selects both, the command changes the
  // update only once.
  const std::string uid = found->update ? TextOf(*found->update, "/metadata/uid") : "";
  if (context.done->steered.contains(uid)) return refused(ExitCode::kDone);
  const bool steerable = found->update && IsUnderWay(*found->update) &&
                         StateOf(context, *found->update) != UpdateState::kRefused;
  if (steerable && !IsGivenUp(context, found->place, *found->update)) {
    return {.found = *std::move(found)};
  }
  if (steerable) {
    return refused(Refuse(context, place, StoppedText(*found->update), ExitCode::kFailed));
  }
  const std::string unfinished = UnfinishedUpdateOf(context, place, found->controller);
  // True if Windlass has refused the spec after a user's edit, for example of spec.newName. If
  // `unfinished` is not empty, this edit has stopped the update midway.
  const bool edited = found->update && IsUnderWay(*found->update) &&
                      NumberOf(*found->update, "/status/earlierRollouts") > 0;
  if (!unfinished.empty() && edited) {
    return refused(Refuse(context, place, StoppedText(*found->update), ExitCode::kFailed));
  }
  if (!unfinished.empty()) return refused(Refuse(context, place, unfinished));
  // True if the update has replaced this controller by a new one. A finalizer or --cleanup=Preserve
  // may keep this controller, without Pods.
  const bool empty =
      found->controller.is_null() || NumberOf(found->controller, "/spec/replicas", 1) == 0;
  const bool replaced = found->update && empty &&
                        TextOf(*found->update, "/status/phase") == rc::kSucceeded &&
                        CleanupOf(*found->update) != rc::kRename;
  const std::string replaced_by = replaced ? TextOf(*found->update, "/status/newName") : "";
  const std::string& present = replaced_by.empty() ? place.name : replaced_by;
  return refused(Refuse(context, place,
                        "has no rolling update under way. To update it, or to go back to an "
                        "earlier image: kubectl windlass rolling-update " +
                            present + " -n " + place.namespace_ +
                            " --image=IMAGE. This command cannot change an update that runs with "
                            "--local: stop that update with Ctrl-C where it runs"));
}

// Reads the update with UpdateToSteer, and sends the patch that `change_for` returns. Returns the
// exit code:
//   - if UpdateToSteer refuses: its exit code
//   - if there is nothing to change: the exit code of `change_for`, which has printed why
//   - if the patch fails: the exit code of Report
//   - otherwise: kDone
// If the update has changed between read and patch, begins again, with at most kWritesMax tries.
// `done`, if not null, gets the patched update, and whether it was paused or had failed before.
ExitCode Steer(const CommandContext& context, const Place& place,
               const std::function<std::variant<ExitCode, Change>(const Steered&)>& change_for,
               Steered* done = nullptr) {
  for (int tries = 1;; ++tries) {
    const Steered steered = UpdateToSteer(context, place);
    if (steered.refused) return *steered.refused;
    std::variant<ExitCode, Change> decided = change_for(steered);
    if (const auto* code = std::get_if<ExitCode>(&decided)) return *code;
    Change& change = std::get<Change>(decided);
    const Json& update = steered.update();
    change.patch["metadata"] = {{"uid", TextOf(update, "/metadata/uid")},
                                {"resourceVersion", TextOf(update, "/metadata/resourceVersion")}};
    const Result<Json> patched = Patch(context, steered.found.place, update, change.patch);
    const bool again = !patched.ok() && patched.error().kind == ErrorKind::kConflict;
    if (again && tries < kWritesMax) continue;
    if (!patched.ok()) return Report(context.session, context.console, patched.error());
    context.done->steered.insert(TextOf(update, "/metadata/uid"));
    context.console.Warning(change.warning);
    PrintDone(context, steered.found.place, *patched, change.done);
    if (done != nullptr) {
      *done = steered;
      done->found.update = *patched;
      done->was_paused = FlagOf(update, "/spec/paused");
      done->had_failed = TextOf(update, "/status/phase") == rc::kFailed;
    }
    return ExitCode::kDone;
  }
}

ExitCode SetPaused(const CommandContext& context, const Place& place, bool pause) {
  const auto change_for = [&](const Steered& steered) -> std::variant<ExitCode, Change> {
    const Json& update = steered.update();
    const Standing standing = StandingOfUpdate(update);
    // kEnded means here that the update has failed: UpdateToSteer has refused an update that has
    // succeeded or was rolled back. A pause would turn the failed update into a paused one.
    if (pause && StateOf(context, update) == UpdateState::kEnded) {
      return Refuse(context, place, StoppedText(update));
    }
    // Once a controller is being deleted, Windlass finishes the update even if it is paused.
    if (pause && IsPastReturn(context, steered.found.place, update)) {
      return RefusePastReturn(context, place, update);
    }
    if (FlagOf(update, "/spec/paused") != pause) {
      return Change{{{"spec", {{"paused", pause}}}}, pause ? "paused" : "resumed"};
    }
    if (pause) return Refuse(context, place, "is already paused");
    if (standing.ends == ExitCode::kHeld) {
      return Refuse(context, place,
                    "cannot be resumed, because it is not paused by spec.paused: " + standing.why,
                    ExitCode::kHeld);
    }
    return Refuse(context, place, "is not paused");
  };
  return Steer(context, place, change_for);
}

// Returns true if the object is managed by kubectl apply, or by another client that applies
// manifests.
bool IsApplied(const Json& object) {
  if (!AnnotationOf(object, "kubectl.kubernetes.io/last-applied-configuration").empty())
    return true;
  return std::ranges::any_of(ListOf(object, "/metadata/managedFields"), [](const Json& entry) {
    return TextOf(entry, "/operation") == "Apply";
  });
}

// Sets spec.rollback, so that Windlass rolls the update back. Ends a pause, so that the rollback
// begins at once. Refuses in three cases:
//   - the update has changed nothing yet
//   - it can no longer be rolled back (IsPastReturn)
//   - spec.rollback is true already
// Returns the exit code of Steer. `turned` is the argument `done` of Steer.
ExitCode TurnRound(const CommandContext& context, const Place& place, const std::string& what,
                   Steered* turned = nullptr) {
  const auto change_for = [&](const Steered& steered) -> std::variant<ExitCode, Change> {
    const Json& update = steered.update();
    if (HasChangedNothing(context, steered.found.place, update)) {
      return RefuseToTakeBackNothing(context, place, steered.found.place);
    }
    if (IsPastReturn(context, steered.found.place, update)) {
      return RefusePastReturn(context, place, update);
    }
    if (!FlagOf(update, "/spec/rollback")) {
      Change change{{{"spec", {{"rollback", true}, {"paused", false}}}}, what};
      if (IsApplied(update)) {
        change.warning =
            ObjectName(steered.found.place.resource, steered.found.place.name) +
            " comes from an applied manifest. This command has set its spec.rollback to true. "
            "Wait for the end of the rollback: kubectl windlass status " +
            InCommand(place) +
            ". Then write spec.rollback: false into the manifest, so that the next update can "
            "begin. If you apply spec.rollback: false before the end, the rollback stops";
      }
      return change;
    }
    const std::string name = InCommand(place);
    const Standing standing = StandingOfUpdate(update);
    const bool failed = standing.ends == ExitCode::kFailed;
    if (failed || (standing.ends == ExitCode::kHeld && !FlagOf(update, "/spec/paused"))) {
      const Place& old = steered.found.place;
      return Refuse(
          context, place,
          "is being rolled back, and the rollback has stopped: " + standing.why +
              (failed ? ". kubectl windlass rolling-update " + old.name + " --rollback -n " +
                            old.namespace_ + " begins the rollback anew"
                      : ""),
          *standing.ends);
    }
    return Refuse(context, place,
                  FlagOf(update, "/spec/paused")
                      ? "is being rolled back already, and is paused: kubectl windlass resume " +
                            name + " lets it go on"
                      : "is being rolled back already: kubectl windlass status " + name +
                            " waits for the end");
  };
  return Steer(context, place, change_for, turned);
}

}  // namespace

ExitCode StatusOfController(const CommandContext& context, const Place& place) {
  if (context.line.revision > 0) {
    return Usage(context, "a ReplicationController has no revisions: leave out --revision");
  }
  for (bool again = false;; again = true) {
    const Result<ControllerUpdate> found = ReadControllerUpdate(context, place);
    if (!found.ok()) return Report(context.session, context.console, found.error());
    // If the update cannot be read, the command does not know whether an update is under way.
    if (found->unreadable) return Report(context.session, context.console, *found->unreadable);
    const bool stands =
        found->update && (IsUnderWay(*found->update) || found->controller.is_null());
    // If the user names both controllers of one update, the command shows the update only once.
    const std::string uid = stands ? TextOf(*found->update, "/metadata/uid") : "";
    if (stands && !again && !context.done->steered.insert(uid).second) return ExitCode::kDone;
    if (!stands) {
      const std::string unfinished = UnfinishedUpdateOf(context, place, found->controller);
      if (!unfinished.empty()) {
        return Refuse(context, place, unfinished, ExitCode::kHeld);
      }
      return *WatchStatus(context, place, found->controller, &StandingOfController,
                          found->controller);
    }
    const Json other = OtherController(context, place, *found);
    const bool back = FlagOf(*found->update, "/spec/rollback");
    const bool scales_this_up = (place.name == found->place.name) == back;
    Json maker = scales_this_up ? found->controller : other;
    // From the second round on, `maker` is null if the new controller could not be read. Given
    // null, WatchStatus would return nullopt in every round, and the loop would not end.
    if (maker.is_null() && again) maker = Json::object();
    const auto code = WatchStatus(context, found->place, *found->update, &StandingOfUpdate, maker);
    // If there is no exit code, the new controller has replicas now. The next round of the loop
    // reads the new controller.
    if (code) return *code;
  }
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
    PrintOutput(context, PrintList(controllers, place.resource, context.line.output));
    return ExitCode::kDone;
  }
  std::vector<std::vector<std::string>> rows = {{"CONTROLLER", "PODS", "IMAGES"}};
  for (const Json* controller : controllers) {
    rows.push_back({TextOf(*controller, "/metadata/name"),
                    std::to_string(NumberOf(*controller, "/status/replicas")),
                    ImagesOf(*controller)});
  }
  const std::string unfinished = UnfinishedUpdateOf(context, place, found->controller);
  if (!unfinished.empty() && !(found->update && IsUnderWay(*found->update))) {
    context.console.Warning(ObjectName(place.resource, place.name) + ' ' + unfinished);
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
  return TurnRound(context, place, "aborted");
}

ExitCode UndoController(const CommandContext& context, const Place& place) {
  if (context.line.revision > 0) {
    return Usage(context, "a ReplicationController has no revisions: leave out --to-revision");
  }
  Steered turned;
  const ExitCode code = TurnRound(context, place, "rollback requested", &turned);
  if (code != ExitCode::kDone || context.line.dry_run != "none" || !turned.found.update)
    return code;
  const Place& update = turned.found.place;
  const auto answer = WaitForAnswer(context, update, &IsObserved);
  // A withdrawal changes the spec. This makes a failed update begin again, unless spec.paused is
  // true. So the withdrawal pauses an update that had failed.
  const bool paused = turned.was_paused || turned.had_failed;
  if (!answer.ok() || !*answer) {
    const int64_t generation = NumberOf(turned.update(), "/metadata/generation");
    const Json spec = {{"spec", {{"rollback", false}, {"paused", paused}}}};
    return TellUnanswered(
        context, update, answer,
        {.patch =
             Json::array({{{"op", "test"}, {"path", "/metadata/generation"}, {"value", generation}},
                          {{"op", "replace"}, {"path", "/spec/rollback"}, {"value", false}},
                          {{"op", "replace"}, {"path", "/spec/paused"}, {"value", paused}}}),
         .by_hand = "kubectl patch " + ResourceText(update.resource) + ' ' + update.name + " -n " +
                    update.namespace_ + " --type=merge -p '" + spec.dump() + '\'',
         .then = turned.had_failed ? kStaysStill : ""});
  }
  const Standing standing = StandingOfUpdate(**answer);
  if (!FlagOf(**answer, "/spec/rollback")) {
    return Refuse(context, place,
                  "is not rolled back: another client has set spec.rollback to false meanwhile, so "
                  "the update goes on",
                  ExitCode::kFailed);
  }
  if (standing.ends != ExitCode::kFailed) return ExitCode::kDone;
  std::string text = standing.why;
  // If Windlass has found nothing to roll back, the command withdraws its request. The update is
  // then paused if it had failed, or if it was paused before.
  if (standing.reason == rc::kNothingToRollBack) {
    const Json forward = {{"metadata",
                           {{"uid", TextOf(**answer, "/metadata/uid")},
                            {"resourceVersion", TextOf(**answer, "/metadata/resourceVersion")}}},
                          {"spec", {{"rollback", false}, {"paused", paused}}}};
    const Result<Json> patched = Patch(context, update, **answer, forward);
    if (!text.ends_with('.')) text += '.';  // "Could not find web-2 to rollback." has a full stop
    text += !patched.ok() ? " spec.rollback stays true, because this command could not set it to "
                            "false again: " +
                                patched.error().message
                          : " This command has set spec.rollback to false again. " +
                                std::string(turned.had_failed   ? kStaysStill
                                            : turned.was_paused ? "The update stays paused"
                                                                : "The update goes on");
  }
  context.console.Error(text);
  return ExitCode::kFailed;
}

}  // namespace windlass::cli
