// The rolling update by Windlass: a ReplicationControllerUpdate, whose status says how it goes.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/follow.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/client/paths.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

Place PlaceOf(const CommandContext& context, const Json& update) {
  return {resources::kReplicationControllerUpdates, context.namespace_,
          TextOf(update, "/metadata/name")};
}

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
  return Explained(reply.error(), asked, context.session.options().server);
}

// Replaces the spec of an update that exists: of the one that is under way, to go on or back, or of
// one that has ended, to begin anew. Of a rollback only the times are the command's.
Result<Json> Replace(const CommandContext& context, const Json& update, const Json& stored) {
  const bool back = FlagOf(update, "/spec/rollback");
  Json operations = Json::array(
      {{{"op", "test"}, {"path", "/metadata/uid"}, {"value", TextOf(stored, "/metadata/uid")}}});
  if (back) {
    operations.push_back({{"op", "add"}, {"path", "/spec/rollback"}, {"value", true}});
    for (const char* key : {"updatePeriod", "timeout"}) {
      operations.push_back(
          {{"op", "add"}, {"path", std::string("/spec/") + key}, {"value", update["spec"][key]}});
    }
  } else {
    operations.push_back({{"op", "replace"}, {"path", "/spec"}, {"value", update["spec"]}});
  }
  return PatchObject(
      context.session, PlaceOf(context, update),
      {kJsonPatch, operations.dump(), kPluginFieldManager, context.line.dry_run == "server"});
}

// Prints the lines of an update's status, each once.
class Tail {
 public:
  explicit Tail(const CommandContext& context) : context_(context) {}

  // What was said before the command belongs to an earlier run.
  void Skip(const Json& update) { printed_ = NumberOf(update, "/status/lineCount"); }
  // Prints what is new. Returns the exit code if the update of `generation` has ended.
  std::optional<ExitCode> Look(const Json& update, int64_t generation);

 private:
  const CommandContext& context_;
  int64_t printed_ = 0;
};

std::optional<ExitCode> Tail::Look(const Json& update, int64_t generation) {
  const int64_t count = NumberOf(update, "/status/lineCount");
  const Json& lines = ListOf(update, "/status/lines");
  const auto kept = static_cast<int64_t>(lines.size());
  if (count < printed_) printed_ = 0;  // a new run
  for (int64_t i = std::max(printed_, count - kept); i < count; ++i) {
    const Json& line = lines[static_cast<size_t>(i - (count - kept))];
    if (line.is_string()) context_.console.Line(line.get<std::string>());
  }
  printed_ = count;
  if (NumberOf(update, "/status/observedGeneration") < generation) return std::nullopt;
  const std::string phase = TextOf(update, "/status/phase");
  const std::string message = TextOf(update, "/status/message");
  if (phase == rc::kSucceeded) return ExitCode::kDone;
  if (phase == rc::kRolledBack) {
    if (context_.line.rolling_update.rollback) return ExitCode::kDone;
    const Place place = PlaceOf(context_, update);
    context_.console.Error(ObjectName(place.resource, place.name) +
                           " was rolled back meanwhile: " + place.name + " has its Pods again");
    return ExitCode::kAborted;
  }
  if (phase == rc::kFailed) {
    context_.console.Error(message);
    return ExitCode::kFailed;
  }
  if (phase == rc::kPaused) {
    context_.console.Error(message);
    return ExitCode::kHeld;
  }
  return std::nullopt;
}

ExitCode FollowUpdate(const CommandContext& context, const Json& update, Tail& tail) {
  const Place place = PlaceOf(context, update);
  const int64_t generation = NumberOf(update, "/metadata/generation");
  Follow follow(context.session,
                {{place.resource, place.namespace_, "", "metadata.name=" + place.name}});
  Status status = follow.Start();
  while (status.ok()) {
    const std::vector<const Json*> found = follow.Objects(0);
    if (found.empty()) {
      context.console.Error(ObjectName(place.resource, place.name) + " has been deleted");
      return ExitCode::kError;
    }
    if (const auto code = tail.Look(*found.front(), generation)) return *code;
    status = follow.NextChange();
  }
  if (!context.session.interrupted()) {
    return Report(context.session, context.console, status.error());
  }
  context.console.message("Windlass goes on with the update: kubectl get " +
                          ObjectName(place.resource, place.name) + " -n " + place.namespace_ +
                          " shows it, and --rollback takes it back\n");
  return ExitCode::kInterrupted;
}

}  // namespace

ExitCode RunInServer(const CommandContext& context, const Json& update) {
  const Place place = PlaceOf(context, update);
  Tail tail(context);
  const Result<Json> stored = ReadObject(context.session, place);
  const bool missing = !stored.ok() && stored.error().kind == ErrorKind::kNotFound;
  if (!stored.ok() && !missing) return Report(context.session, context.console, stored.error());
  if (stored.ok()) tail.Skip(*stored);
  const Result<Json> written =
      stored.ok() ? Replace(context, update, *stored) : Create(context, update);
  if (!written.ok()) {
    Error error = written.error();
    if (error.kind == ErrorKind::kNotFound) {
      error.message += ", or give --local to run the update in this program";
    }
    return Report(context.session, context.console, error);
  }
  const std::string what = stored.ok() ? "configured" : "created";
  const bool dry = context.line.dry_run == "server";
  if (dry || !context.line.rolling_update.wait || context.line.output != OutputFormat::kText) {
    PrintDone(context, place, *written, what + (dry ? " (server dry run)" : ""));
    if (dry || !context.line.rolling_update.wait) return ExitCode::kDone;
  }
  return FollowUpdate(context, *written, tail);
}

}  // namespace windlass::cli
