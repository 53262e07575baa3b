// The rolling update by Windlass: a ReplicationControllerUpdate, whose status says how it goes.
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/controller_update.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/api/replication_controller_update.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/paths.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

struct Written {
  Json update;
  Before before{};
};

// How often the update is read and written again after somebody else was faster.
constexpr int kWritesMax = 3;

Result<Json> Create(const CommandContext& context, const Json& update) {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.target = ResourcePath(resources::kReplicationControllerUpdates, context.namespace_, "");
  if (context.line.dry_run == "server") AddQuery(request.target, "dryRun", "All");
  AddQuery(request.target, "fieldManager", kPluginFieldManager);
  request.content_type = "application/json";
  request.body = update.dump();
  const Result<Reply> reply = context.session.Send(std::move(request), Verb::kCreate);
  if (reply.ok()) return Json::parse(reply->body, nullptr, false);
  const Asked asked{Verb::kCreate, resources::kReplicationControllerUpdates, context.namespace_,
                    ""};
  Error error = Explained(reply.error(), asked, context.session.options().server);
  if (error.kind == ErrorKind::kNotFound) {
    error.message += ", or give --local to run the update in this program";
  }
  return error;
}

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

// Returns the spec that the command writes over `stored`. One that has ended is replaced. Of one
// that has not, everything stays that no flag of this command names: it may have been begun by
// another command, whose update goes on, or back.
Json SpecOver(const CommandContext& context, const Json& update, const Json& stored) {
  const UpdateState state = StateOf(context, stored);
  const bool back = FlagOf(update, "/spec/rollback");
  const bool anew = state == UpdateState::kDone || state == UpdateState::kRefused;
  if (anew && !back) return update["spec"];
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

// Writes the spec of an update that exists: of the one that is under way, to go on or back, or of
// one that has ended, to begin anew. Fails with a conflict if anything has changed since it was
// read.
Result<Json> Replace(const CommandContext& context, const Json& update, const Json& stored) {
  const Json operations = Json::array(
      {{{"op", "replace"},
        {"path", "/metadata/resourceVersion"},
        {"value", TextOf(stored, "/metadata/resourceVersion")}},
       {{"op", "replace"}, {"path", "/spec"}, {"value", SpecOver(context, update, stored)}}});
  return PatchObject(
      context.session, PlaceOfUpdate(context, update),
      {kJsonPatch, operations.dump(), kPluginFieldManager, context.line.dry_run == "server"});
}

// Begins an update anew that has ended or failed, and whose spec stays as it is. A patch would
// change nothing, not even its generation, so Windlass would not look at it, and its status would
// go on saying that it failed: it is deleted, and created again. What it has done is noted on the
// two ReplicationControllers.
Result<Json> BeginAgain(const CommandContext& context, const Json& ended) {
  WINDLASS_TRY([[maybe_unused]] const Unit deleted, RemoveUpdate(context, ended));
  Json update = {
      {"apiVersion", resources::kReplicationControllerUpdates.GroupVersion()},
      {"kind", "ReplicationControllerUpdate"},
      {"metadata", {{"name", TextOf(ended, "/metadata/name")}, {"namespace", context.namespace_}}},
      {"spec", ended["spec"]}};
  for (const char* key : {"labels", "annotations"}) {
    const Json* map = FieldOf(ended, std::string("/metadata/") + key);
    if (map != nullptr) update["metadata"][key] = *map;
  }
  return Create(context, update);
}

Result<Written> WriteOver(const CommandContext& context, const Json& update, const Json& stored) {
  WINDLASS_TRY(Json written, Replace(context, update, stored));
  const bool same =
      NumberOf(written, "/metadata/generation") == NumberOf(stored, "/metadata/generation");
  const bool dry = context.line.dry_run == "server";
  if (dry || !same || StateOf(context, written) == UpdateState::kUnderWay) {
    return Written{std::move(written), {.printed = NumberOf(stored, "/status/lineCount")}};
  }
  WINDLASS_TRY(Json again, BeginAgain(context, written));
  return Written{std::move(again)};
}

struct Attempt {
  Result<Written> written = Written{};
  std::optional<ExitCode> refused{};  // before anything was written
};

// Writes what the command line asks for.
Attempt WriteUpdate(const CommandContext& context, const Json& update) {
  Attempt attempt;
  for (int tries = 1; tries <= kWritesMax; ++tries) {
    const Result<Json> stored = ReadObject(context.session, PlaceOfUpdate(context, update));
    const bool missing = !stored.ok() && stored.error().kind == ErrorKind::kNotFound;
    if (!stored.ok() && !missing) return {.written = stored.error()};
    if (!missing) {
      attempt.refused = RefuseOtherUpdate(context, update, *stored);
      if (attempt.refused) return attempt;
    }
    // Of an update that is under way Windlass knows the state, also when the old one is gone.
    const UpdateState state = missing ? UpdateState::kDone : StateOf(context, *stored);
    const bool begins = state != UpdateState::kUnderWay && state != UpdateState::kFailed;
    if (state == UpdateState::kUnderWay && FlagOf(update, "/spec/rollback") &&
        !FlagOf(*stored, "/spec/rollback") && HasChangedNothing(context, *stored)) {
      const Place old{resources::kReplicationControllers, context.namespace_,
                      TextOf(update, "/metadata/name")};
      return {.refused = RefuseToTakeBackNothing(context, old, *stored)};
    }
    // With NEW there may be one that another client has begun.
    if (begins && !missing && FlagOf(update, "/spec/rollback") &&
        FieldOf(update, "/spec/newName") == nullptr &&
        TextOf(*stored, "/status/phase") == rc::kSucceeded) {
      context.console.Error(
          "the update of " +
          ObjectName(resources::kReplicationControllers, TextOf(update, "/metadata/name")) +
          " has ended, so there is nothing to roll back. To go back, update to "
          "the old image");
      return {.refused = ExitCode::kFailed};
    }
    if (begins) {
      attempt.refused = CheckControllers(context, update);
      // One that timed out goes on from what its status says.
      if (!attempt.refused && state != UpdateState::kTimedOut) {
        attempt.refused = RefuseByPlan(context, update);
      }
      if (attempt.refused) return attempt;
    }
    if (missing) {
      const Result<Json> created = Create(context, update);
      attempt.written = created.ok() ? Result<Written>(Written{*created, {.missing = true}})
                                     : Result<Written>(created.error());
    } else {
      attempt.written = WriteOver(context, update, *stored);
    }
    if (attempt.written.ok()) return attempt;
    const ErrorKind kind = attempt.written.error().kind;
    const bool again = kind == ErrorKind::kConflict || kind == ErrorKind::kAlreadyExists ||
                       (kind == ErrorKind::kNotFound && !missing);
    if (!again) return attempt;
  }
  return attempt;
}

}  // namespace

Place PlaceOfUpdate(const CommandContext& context, const Json& update) {
  return {resources::kReplicationControllerUpdates, context.namespace_,
          TextOf(update, "/metadata/name")};
}

UpdateState StateOf(const CommandContext& context, const Json& stored) {
  const Result<ReplicationControllerUpdate> update =
      DecodeReplicationControllerUpdate(context.session.decoder(), stored.dump());
  if (!update.ok() || !rc::IsOfPresentSpec(*update)) return UpdateState::kUnderWay;
  if (rc::WasRefused(*update)) return UpdateState::kRefused;
  const bool failed = update->status.phase == rc::kFailed;
  if (rc::HasEnded(*update)) return failed ? UpdateState::kTimedOut : UpdateState::kDone;
  // One that waits for a controller which does not exist has changed nothing either.
  if (failed && update->status.step.empty()) return UpdateState::kRefused;
  return failed ? UpdateState::kFailed : UpdateState::kUnderWay;
}

bool HasEnded(const CommandContext& context, const Json& stored) {
  const Result<ReplicationControllerUpdate> update =
      DecodeReplicationControllerUpdate(context.session.decoder(), stored.dump());
  return update.ok() && rc::HasEnded(*update);
}

Status RemoveUpdate(const CommandContext& context, const Json& stored) {
  const ResourceId& resource = resources::kReplicationControllerUpdates;
  WINDLASS_TRY(const ReplicationControllerUpdate update,
               DecodeReplicationControllerUpdate(context.session.decoder(), stored.dump()));
  const Request request = Request::Delete(resource, VersionOf(update.meta));
  const Result<Reply> reply =
      context.session.Send(ToHttp(request, kPluginFieldManager), Verb::kDelete);
  if (reply.ok() || reply.error().kind == ErrorKind::kNotFound) return Unit{};
  return Explained(reply.error(),
                   {Verb::kDelete, resource, context.namespace_, TextOf(stored, "/metadata/name")},
                   context.session.options().server);
}

namespace {

// Returns the stored update if it failed and another one is asked for: then what it has done is
// taken back first. nullopt if there is nothing to take back.
std::optional<Json> FailedOneBefore(const CommandContext& context, const Json& update) {
  if (FlagOf(update, "/spec/rollback") || !context.line.rolling_update.wait) return std::nullopt;
  Result<Json> stored = ReadObject(context.session, PlaceOfUpdate(context, update));
  if (!stored.ok() || !AsksForOther(context, update, *stored)) return std::nullopt;
  const UpdateState state = StateOf(context, *stored);
  if (state != UpdateState::kTimedOut && state != UpdateState::kFailed) return std::nullopt;
  return *std::move(stored);
}

// Returns the exit code if that does not succeed.
std::optional<ExitCode> TakeBack(const CommandContext& context, const Json& update,
                                 const Json& failed) {
  const std::string what = "The update to " + TextOf(failed, "/status/newName") + " failed, so it ";
  if (context.line.dry_run != "none") {
    context.console.message(what + "would be taken back first, and this one be begun then.\n");
    return ExitCode::kDone;
  }
  context.console.message(what + "is taken back first.\n");
  Json back = update;
  back["spec"] = {{"rollback", true}};
  for (const char* key : {"updatePeriod", "timeout"}) back["spec"][key] = update["spec"][key];
  const Result<Written> written = WriteOver(context, back, failed);
  if (!written.ok()) return Report(context.session, context.console, written.error());
  const ExitCode code = FollowUpdate(context, written->update, written->before);
  return code == ExitCode::kDone ? std::nullopt : std::optional(code);
}

// Says what the command would do: plans it in this program.
ExitCode PlanForClient(const CommandContext& context, const Json& update) {
  const Result<Json> stored = ReadObject(context.session, PlaceOfUpdate(context, update));
  if (stored.ok()) {
    if (const auto refused = RefuseOtherUpdate(context, update, *stored)) return *refused;
  }
  return RunLocally(context, update);
}

}  // namespace

ExitCode RunInServer(const CommandContext& context, const Json& update) {
  if (const std::optional<Json> failed = FailedOneBefore(context, update)) {
    if (const auto code = TakeBack(context, update, *failed)) return *code;
  }
  if (context.line.dry_run == "client") return PlanForClient(context, update);
  const Attempt attempt = WriteUpdate(context, update);
  if (attempt.refused) return *attempt.refused;
  if (!attempt.written.ok()) {
    return Report(context.session, context.console, attempt.written.error());
  }
  const Written& written = *attempt.written;
  const bool dry = context.line.dry_run == "server";
  if (dry || !context.line.rolling_update.wait) {
    PrintDone(context, PlaceOfUpdate(context, update), written.update,
              written.before.missing ? "created" : "configured");
    return ExitCode::kDone;
  }
  return FollowUpdate(context, written.update, written.before);
}

}  // namespace windlass::cli
