// The rolling update by Windlass: a ReplicationControllerUpdate, whose status says how the update
// goes.
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/controller_update.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "controller/api/custom_resources.h"
#include "controller/api/replication_controller_update.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/client/client.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

struct Written {
  Json update;
  Before before{};
};

bool IsDry(const CommandContext& context) { return context.line.dry_run == "server"; }

Result<Json> Create(const CommandContext& context, const Json& update, bool dry) {
  Result<Json> created =
      CreateObject(context.session, resources::kReplicationControllerUpdates, context.namespace_,
                   update, {.field_manager = kPluginFieldManager, .dry_run = dry});
  if (created.ok()) return created;
  return OrLocally(std::move(created).error());
}

// Writes `spec` into the stored update. Fails with a conflict if the update has changed since
// `stored` was read.
//   - an update under way goes on, or back if `spec` asks for a rollback
//   - an ended update begins anew, unless its spec is `spec` already (see BeginAgain)
Result<Json> Replace(const CommandContext& context, const Json& update, const Json& stored,
                     const Json& spec) {
  const Json operations = Json::array({{{"op", "replace"},
                                        {"path", "/metadata/resourceVersion"},
                                        {"value", TextOf(stored, "/metadata/resourceVersion")}},
                                       {{"op", "replace"}, {"path", "/spec"}, {"value", spec}}});
  return PatchObject(context.session, PlaceOfUpdate(context, update),
                     {kJsonPatch, operations.dump(), kPluginFieldManager, IsDry(context)});
}

// Begins an ended or failed update anew with the same spec: deletes the update and creates it
// again. A patch with the same spec would not raise the generation, so Windlass would not look. The
// deletion loses nothing: the two ReplicationControllers note what the update has done.
Result<Json> BeginAgain(const CommandContext& context, const Json& ended) {
  Json update = {
      {"apiVersion", resources::kReplicationControllerUpdates.GroupVersion()},
      {"kind", "ReplicationControllerUpdate"},
      {"metadata", {{"name", TextOf(ended, "/metadata/name")}, {"namespace", context.namespace_}}},
      {"spec", ended["spec"]}};
  for (const char* key : {"labels", "annotations"}) {
    const Json* map = FieldOf(ended, std::string("/metadata/") + key);
    if (map != nullptr) update["metadata"][key] = *map;
  }
  // Asks the API server first whether it would create the update. If it would not, nothing is
  // deleted.
  const Result<Json> may = Create(context, update, true);
  const bool refused = !may.ok() && may.error().kind != ErrorKind::kAlreadyExists &&
                       may.error().detail != ErrorDetail::kNoDryRun;
  if (refused) return may.error();
  WINDLASS_TRY([[maybe_unused]] const Unit deleted, RemoveUpdate(context, ended, IsDry(context)));
  return IsDry(context) ? Result<Json>(ended) : Create(context, update, false);
}

Result<Written> WriteOver(const CommandContext& context, const Json& update, const Json& stored) {
  WINDLASS_TRY(Json written, Replace(context, update, stored, SpecOver(context, update, stored)));
  const bool same =
      NumberOf(written, "/metadata/generation") == NumberOf(stored, "/metadata/generation");
  const bool goes_on = !same || StateOf(context, written) == UpdateState::kUnderWay;
  if (goes_on) {
    return Written{std::move(written), {.printed = NumberOf(stored, "/status/lineCount")}};
  }
  WINDLASS_TRY(Json again, BeginAgain(context, written));
  return Written{std::move(again)};
}

struct Attempt {
  Result<Written> written = Written{};
  std::optional<ExitCode> refused{};  // set if nothing was written, because of a refusal
};

// Writes the update that the command line asks for. If another client changes the update between
// look and write, looks and writes again, at most kWritesMax times in all.
Attempt WriteUpdate(const CommandContext& context, const Json& update) {
  Attempt attempt;
  for (int tries = 1; tries <= kWritesMax; ++tries) {
    const Look look = LookBeforeWriting(context, update);
    if (!look.read.ok()) return {.written = look.read.error()};
    if (look.refused) return {.refused = look.refused};
    if (tries == 1 && look.goes_on_with_other) WarnAboutOtherProgram(context, update);
    if (look.stored) {
      attempt.written = WriteOver(context, update, *look.stored);
    } else {
      const Result<Json> created = Create(context, update, IsDry(context));
      attempt.written = created.ok() ? Result<Written>(Written{*created, {.missing = true}})
                                     : Result<Written>(created.error());
    }
    if (attempt.written.ok()) return attempt;
    const ErrorKind kind = attempt.written.error().kind;
    const bool again = kind == ErrorKind::kConflict || kind == ErrorKind::kAlreadyExists ||
                       (kind == ErrorKind::kNotFound && look.stored);
    if (!again) return attempt;
  }
  return attempt;
}

}  // namespace

Status RemoveUpdate(const CommandContext& context, const Json& stored, bool dry) {
  const ResourceId& resource = resources::kReplicationControllerUpdates;
  WINDLASS_TRY(const ReplicationControllerUpdate update,
               DecodeReplicationControllerUpdate(context.session.decoder(), stored.dump()));
  const Request request = Request::Delete(resource, VersionOf(update.meta));
  HttpRequest http = ToHttp(request, kPluginFieldManager);
  if (dry) {
    // The API server does not read the query of a DELETE with a body, so dryRun is in the body.
    Json options = Json::parse(http.body);
    options["dryRun"] = {"All"};
    http.body = options.dump();
  }
  const Result<Reply> reply = context.session.Send(std::move(http), Verb::kDelete);
  if (reply.ok() || reply.error().kind == ErrorKind::kNotFound) return Unit{};
  return Explained(reply.error(),
                   {Verb::kDelete, resource, context.namespace_, TextOf(stored, "/metadata/name")},
                   context.session.options().server);
}

namespace {

// Returns the stored update if the command has to take it back first. All of these must be true:
//   - the stored update has failed, and can be taken back
//   - the command asks for another update
//   - the command has neither --rollback nor --no-wait
// Otherwise returns nullopt.
std::optional<Json> FailedOneBefore(const CommandContext& context, const Json& update) {
  if (FlagOf(update, "/spec/rollback") || !context.line.rolling_update.wait) return std::nullopt;
  Result<Json> stored = ReadObject(context.session, PlaceOfUpdate(context, update));
  if (!stored.ok() || !AsksForOther(context, update, *stored)) return std::nullopt;
  const UpdateState state = StateOf(context, *stored);
  if (state != UpdateState::kEnded && state != UpdateState::kFailed) return std::nullopt;
  const Place place = PlaceOfUpdate(context, update);
  if (IsGivenUp(context, place, *stored) || IsPastReturn(context, place, *stored)) {
    return std::nullopt;
  }
  return *std::move(stored);
}

// Asks Windlass to roll the failed update back, and follows the rollback to its end. Returns
// nullopt if the rollback succeeds, and otherwise the exit code of the command.
std::optional<ExitCode> TakeBack(const CommandContext& context, const Json& update,
                                 const Json& failed) {
  Json back = update;
  back["spec"] = {{"rollback", true}};
  for (const char* key : {"updatePeriod", "timeout"}) back["spec"][key] = update["spec"][key];
  const Result<Written> written = WriteOver(context, back, failed);
  if (!written.ok()) return Report(context.session, context.console, written.error());
  Before before = written->before;
  before.is_last = false;
  const ExitCode code = FollowUpdate(context, written->update, before);
  return code == ExitCode::kDone ? std::nullopt : std::optional(code);
}

// Follows the update that `attempt` has written; with --no-wait or --dry-run, only prints the
// update. If nothing was written, returns the exit code of the refusal or of the error.
ExitCode Carry(const CommandContext& context, const Json& update, const Attempt& attempt) {
  if (attempt.refused) return *attempt.refused;
  if (!attempt.written.ok()) {
    return Report(context.session, context.console, attempt.written.error());
  }
  const Written& written = *attempt.written;
  if (!IsDry(context) && context.line.rolling_update.wait) {
    return FollowUpdate(context, written.update, written.before);
  }
  PrintDone(context, PlaceOfUpdate(context, update), written.update,
            written.before.missing ? "created" : "configured");
  return ExitCode::kDone;
}

// Takes back the failed update, and then runs the new update. Before that, checks the two
// controllers, the name NEW, and the plan of the new update. The API server checks the new spec
// only afterwards, when the command writes it. With --dry-run, takes nothing back:
//   - --dry-run=server: the API server checks the new spec at once
//   - --dry-run=client: prints the plan
ExitCode RunAfterFailed(const CommandContext& context, const Json& update, const Json& failed) {
  if (const auto refused = CheckControllers(context, update)) return *refused;
  if (const auto refused = RefuseSharedNew(context, update)) return *refused;
  if (const auto refused = RefuseByPlan(context, update, PlanFrom::kTakenBack)) {
    context.console.message("Nothing was changed.\n");
    return *refused;
  }
  const bool dry = context.line.dry_run != "none";
  context.console.message("The update to " + TextOf(failed, "/status/newName") + " failed, so it " +
                          (dry ? "would be" : "is") + " taken back first.\n");
  if (context.line.dry_run == "client") return PrintPlan(context, update, PlanFrom::kTakenBack);
  if (dry) {
    // The API server checks the spec, although the command would write it only later, when the
    // failed update has been taken back.
    const Result<Json> checked = Replace(context, update, failed, update["spec"]);
    return Carry(context, update,
                 {.written = checked.ok() ? Result<Written>(Written{*checked})
                                          : Result<Written>(checked.error())});
  }
  if (const auto code = TakeBack(context, update, failed)) {
    context.console.message(
        "The update that this command asks for has not begun: repeat this command when the failed "
        "update has been taken back.\n");
    return *code;
  }
  return Carry(context, update, WriteUpdate(context, update));
}

}  // namespace

ExitCode RunInServer(const CommandContext& context, const Json& update) {
  if (const auto refused = RefuseUnfollowed(context, update)) return *refused;
  if (const std::optional<Json> failed = FailedOneBefore(context, update)) {
    return RunAfterFailed(context, update, *failed);
  }
  if (context.line.dry_run != "client") return Carry(context, update, WriteUpdate(context, update));
  const Look look = LookBeforeWriting(context, update);
  if (!look.read.ok()) return Report(context.session, context.console, look.read.error());
  if (look.refused) return *look.refused;
  if (look.goes_on_with_other) WarnAboutOtherProgram(context, update);
  const bool under_way = look.stored && StateOf(context, *look.stored) == UpdateState::kUnderWay;
  return PrintPlan(context, look.planned, under_way ? PlanFrom::kUnderWay : PlanFrom::kPresent);
}

}  // namespace windlass::cli
