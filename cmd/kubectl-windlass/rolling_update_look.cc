// What a rolling update by Windlass looks at before it writes: the stored update, and the reasons
// for which the new update would be refused later.
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/controller_update.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "controller/api/custom_resources.h"
#include "controller/api/replication_controller_update.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/words.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

// A field of the spec, and the flag that sets it.
struct FieldOfFlag {
  const char* field;
  const char* flag;
};
constexpr FieldOfFlag kFieldsOfFlags[] = {{"deploymentLabelKey", "--deployment-label-key"},
                                          {"updatePeriod", "--update-period"},
                                          {"timeout", "--progress-timeout"},
                                          {"maxSurge", "--max-surge"},
                                          {"maxUnavailable", "--max-unavailable"},
                                          {"minReadySeconds", "--min-ready-seconds"},
                                          {"cleanup", "--cleanup"},
                                          {"onExternalScale", "--on-external-scale"}};

// Refuses a rollback if the stored update has nothing to take back, for example because it is over,
// or if the update cannot be taken back any more (IsPastReturn). On a refusal, prints the error and
// returns the exit code; otherwise returns nullopt.
std::optional<ExitCode> RefuseToTakeBack(const CommandContext& context, const Json& update,
                                         const Json& stored) {
  if (!FlagOf(update, "/spec/rollback")) return std::nullopt;
  const Place old{resources::kReplicationControllers, context.namespace_,
                  TextOf(update, "/metadata/name")};
  const Place of_update = PlaceOfUpdate(context, update);
  const UpdateState state = StateOf(context, stored);
  if (state == UpdateState::kUnderWay) {
    const bool goes_back = FlagOf(stored, "/spec/rollback");
    if (IsPastReturn(context, of_update, stored)) return RefusePastReturn(context, old, stored);
    if (goes_back || !HasChangedNothing(context, of_update, stored)) return std::nullopt;
    return RefuseToTakeBackNothing(context, old, of_update);
  }
  if (TextOf(stored, "/status/phase") != rc::kSucceeded || state != UpdateState::kDone) {
    return std::nullopt;
  }
  const Result<Json> controller = ReadObject(context.session, old);
  // True if the old controller is being deleted. A finalizer may still keep it in the API server.
  const bool goes = controller.ok() && IsDeleting(*controller);
  // If NEW is given, or annotations of the old controller show an update (HasNotes), another client
  // may have begun an update. So the planner has to find out whether there is something to take
  // back.
  const bool given = FieldOf(update, "/spec/newName") != nullptr;
  if (!goes && (given || (controller.ok() && HasNotes(*controller)))) return std::nullopt;
  // True if the old controller was deleted, or is preserved without Pods.
  const bool gone = controller.ok() ? NumberOf(*controller, "/spec/replicas", 1) == 0
                                    : controller.error().kind == ErrorKind::kNotFound;
  context.console.Error("the update of " + ObjectName(old.resource, old.name) +
                        " has ended, so there is nothing to roll back. To go back, update " +
                        (gone ? TextOf(stored, "/status/newName", old.name) : old.name) +
                        " to the old image");
  return ExitCode::kFailed;
}

}  // namespace

Error OrLocally(Error error) {
  if (error.detail == ErrorDetail::kNotServed) {
    error.message += ", or give --local to run the update in this program";
  }
  return error;
}

Place PlaceOfUpdate(const CommandContext& context, const Json& update) {
  return {resources::kReplicationControllerUpdates, context.namespace_,
          TextOf(update, "/metadata/name")};
}

UpdateState StateOf(const CommandContext& context, const Json& stored) {
  const Result<ReplicationControllerUpdate> update =
      DecodeReplicationControllerUpdate(context.session.decoder(), stored.dump());
  if (!update.ok() || !rc::IsOfPresentSpec(*update)) return UpdateState::kUnderWay;
  const bool failed = update->status.phase == rc::kFailed;
  const ReplicationControllerUpdateStatus& status = update->status;
  if (failed && status.step.empty() && status.target.empty()) {
    return rc::HasEnded(*update) ? UpdateState::kRefused : UpdateState::kWaiting;
  }
  if (rc::HasEnded(*update)) return failed ? UpdateState::kEnded : UpdateState::kDone;
  return failed ? UpdateState::kFailed : UpdateState::kUnderWay;
}

bool HasEnded(const CommandContext& context, const Json& stored) {
  const Result<ReplicationControllerUpdate> update =
      DecodeReplicationControllerUpdate(context.session.decoder(), stored.dump());
  return update.ok() && rc::HasEnded(*update);
}

Json SpecOver(const CommandContext& context, const Json& update, const Json& stored) {
  const UpdateState state = StateOf(context, stored);
  const bool back = FlagOf(update, "/spec/rollback");
  if (state == UpdateState::kDone || state == UpdateState::kRefused) return update["spec"];
  Json spec = stored["spec"];
  const auto take = [&](const char* field) {
    const Json* asked = FieldOf(update, std::string("/spec/") + field);
    if (asked != nullptr) spec[field] = *asked;
  };
  for (const auto& [field, flag] : kFieldsOfFlags) {
    if (context.line.rolling_update.given.contains(flag)) take(field);
  }
  take("newName");
  if (!back) {
    for (const char* field : {"image", "container", "imagePullPolicy", "controller"}) take(field);
  }
  spec["rollback"] = back;
  spec["paused"] = false;
  return spec;
}

std::optional<ExitCode> RefuseSharedNew(const CommandContext& context, const Json& update) {
  const std::string new_name = TextOf(update, "/spec/newName");
  if (new_name.empty()) return std::nullopt;
  const Result<ObjectList> list =
      ListObjects(context.session, {resources::kReplicationControllerUpdates, context.namespace_});
  if (!list.ok()) return std::nullopt;
  for (const std::string& item : list->items) {
    const Json other = Json::parse(item, nullptr, false);
    const std::string name = TextOf(other, "/metadata/name");
    if (name == TextOf(update, "/metadata/name") || !IsUnderWay(other)) continue;
    if (TextOf(other, "/spec/newName") != new_name ||
        StateOf(context, other) == UpdateState::kRefused)
      continue;
    const Place old{resources::kReplicationControllers, context.namespace_, name};
    context.console.Error("the update of " + ObjectName(old.resource, name) +
                          " has the same new controller, " + new_name +
                          ". That update has neither succeeded nor been rolled back, so nothing "
                          "was changed. Give another name for NEW, or end that update first. To "
                          "see where it stands: kubectl windlass status " +
                          InCommand(old));
    return ExitCode::kOtherUpdate;
  }
  return std::nullopt;
}

std::optional<ExitCode> RefuseUnfollowed(const CommandContext& context, const Json& update) {
  if (!context.line.rolling_update.wait) return std::nullopt;
  const auto list =
      ListObjects(context.session, {.resource = resources::kReplicationControllerUpdates,
                                    .namespace_ = context.namespace_,
                                    .name = TextOf(update, "/metadata/name")});
  if (list.ok() || list.error().kind != ErrorKind::kForbidden) return std::nullopt;
  Error error = list.error();
  error.message += ", or give --no-wait";
  return Report(context.session, context.console, error);
}

Look LookBeforeWriting(const CommandContext& context, const Json& update) {
  Look look;
  Result<Json> stored = ReadObject(context.session, PlaceOfUpdate(context, update));
  if (stored.ok()) {
    look.stored = *std::move(stored);
  } else if (stored.error().kind != ErrorKind::kNotFound ||
             stored.error().detail == ErrorDetail::kNotServed) {
    look.read = OrLocally(stored.error());
    return look;
  }
  look.planned = update;
  if (look.stored) look.planned["spec"] = SpecOver(context, update, *look.stored);
  if (look.stored && IsGivenUp(context, PlaceOfUpdate(context, update), *look.stored)) {
    context.console.Error(TextOf(*look.stored, "/status/message"));
    look.refused = ExitCode::kFailed;
    return look;
  }
  if (look.stored) look.refused = RefuseOtherUpdate(context, update, *look.stored);
  if (!look.refused && look.stored) {
    look.refused = RefuseToTakeBack(context, update, *look.stored);
  }
  // An update that is under way is not checked: Windlass knows its state, even if the old
  // controller is gone, for example because the update ends by deleting it.
  const UpdateState state = look.stored ? StateOf(context, *look.stored) : UpdateState::kDone;
  if (!look.refused && state != UpdateState::kUnderWay) {
    look.refused = CheckControllers(context, update);
  }
  // The planner takes NEW for a rollback from an annotation of the old controller. A user may have
  // removed this annotation, so the plan gets NEW from the stored status.
  const bool failed = state == UpdateState::kFailed || state == UpdateState::kEnded;
  const std::string known = failed ? TextOf(*look.stored, "/status/newName") : "";
  if (FlagOf(update, "/spec/rollback") && !known.empty()) {
    look.planned["spec"]["newName"] = TextOf(look.planned, "/spec/newName", known);
  }
  // An update that is under way goes on from its status, so it is not planned anew. Any other
  // update is planned, so that a refusal shows before anything is written.
  if (look.refused || state == UpdateState::kUnderWay) return look;
  look.refused = RefuseSharedNew(context, update);
  if (look.refused) return look;
  look.goes_on_with_other = !failed;
  if (look.goes_on_with_other) look.refused = RefuseBesideOtherProgram(context, update);
  if (look.refused) return look;
  look.refused = RefuseByPlan(context, look.planned, PlanFrom::kPresent);
  if (look.refused) context.console.message("Nothing was changed.\n");
  return look;
}

}  // namespace windlass::cli
