#include "cmd/kubectl-windlass/commands.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/named_object.h"
#include "cmd/kubectl-windlass/output.h"

namespace windlass::cli {
namespace {

std::optional<Error> RefuseController(const ResourceId& resource, const std::string& name) {
  if (resource != resources::kReplicationControllers) return std::nullopt;
  return Error{ErrorKind::kConfig,
               "a ReplicationController has no revisions: kubectl windlass get " +
                   ShortName(resource, name) +
                   " shows it, kubectl windlass rolling-update changes it"};
}

// Returns what the arguments name; kConfig for a usage error.
Result<std::vector<Place>> PlacesIn(const CommandContext& context) {
  WINDLASS_TRY(const std::vector<ObjectArgument> objects,
               ParseObjectArguments(context.line.arguments));
  if (objects.empty()) {
    return Error{ErrorKind::kConfig, "name an object, such as deployment/web or rollout/web"};
  }
  std::vector<Place> places;
  for (const ObjectArgument& object : objects) {
    if (object.bare) {
      WINDLASS_TRY(Place place, FindNamed(context.session, context.line.command, context.namespace_,
                                          object.name));
      if (auto refused = RefuseController(place.resource, place.name)) return *refused;
      places.push_back(std::move(place));
      continue;
    }
    if (object.name.empty()) {
      return Error{ErrorKind::kConfig, "which " + KindWord(object.resource) + "? Write " +
                                           ShortName(object.resource, "NAME")};
    }
    if (auto refused = RefuseController(object.resource, object.name)) return *refused;
    places.push_back({object.resource, context.namespace_, object.name});
  }
  return places;
}

}  // namespace

ExitCode Usage(const CommandContext& context, const std::string& text) {
  context.console.Error(text);
  return ExitCode::kUsage;
}

ExitCode NoObject(const CommandContext& context, const Error& error) {
  if (error.kind == ErrorKind::kConfig) return Usage(context, error.message);
  return Report(context.session, context.console, error);
}

ExitCode ForEachObject(const CommandContext& context, ActOn act) {
  const Result<std::vector<Place>> places = PlacesIn(context);
  if (!places.ok()) return NoObject(context, places.error());
  const Session& session = context.session;
  ExitCode first = ExitCode::kDone;
  for (const Place& place : *places) {
    if (session.interrupted() || session.timed_out()) {
      const Error ended{ErrorKind::kCancelled,
                        std::string(session.interrupted() ? "interrupted" : "timed out") +
                            " before " + ShortName(place.resource, place.name) +
                            ", which was left alone"};
      const ExitCode code = Report(session, context.console, ended);
      return first == ExitCode::kDone ? code : first;
    }
    const ExitCode code = act(context, place);
    if (first == ExitCode::kDone) first = code;
  }
  return first;
}

ExitCode ForOneObject(const CommandContext& context, ActOn act) {
  const Result<std::vector<Place>> places = PlacesIn(context);
  if (!places.ok()) return NoObject(context, places.error());
  if (places->size() > 1) {
    return Usage(context, "name one object, not " + std::to_string(places->size()));
  }
  return act(context, places->front());
}

void PrintDone(const CommandContext& context, const Place& place, const Json& object,
               const std::string& what) {
  if (context.line.output == OutputFormat::kText) {
    context.console.Line(ObjectName(place.resource, place.name) + ' ' + what);
  } else {
    context.console.out(Print(object, place.resource, context.line.output));
  }
}

ExitCode Change(const CommandContext& context, const Place& place, const Json& object, Json patch,
                const std::string& what) {
  const bool rollout = place.resource == resources::kRollouts;
  if (rollout) patch["metadata"]["uid"] = TextOf(object, "/metadata/uid");
  const Result<Json> patched =
      PatchObject(context.session, place,
                  {rollout ? kMergePatch : kStrategicMergePatch, patch.dump(),
                   rollout ? kPluginFieldManager : kRolloutFieldManager});
  if (!patched.ok()) return Report(context.session, context.console, patched.error());
  PrintDone(context, place, *patched, what);
  return ExitCode::kDone;
}

ExitCode Refuse(const CommandContext& context, const Place& place, const std::string& why,
                ExitCode code) {
  // kubectl's text for Deployments begins with the resource.
  const bool rollout = place.resource == resources::kRollouts;
  const std::string kind = rollout ? KindWord(place.resource) : ResourceText(place.resource);
  context.console.Error(kind + " \"" + place.name + "\" " + why);
  return code;
}

ExitCode RunCommand(const CommandContext& context) {
  switch (context.line.command) {
    case CommandName::kStatus: return RunStatus(context);
    case CommandName::kHistory: return RunHistory(context);
    case CommandName::kUndo: return RunUndo(context);
    case CommandName::kPause:
    case CommandName::kResume: return RunPause(context);
    case CommandName::kRestart: return RunRestart(context);
    case CommandName::kPromote: return RunPromote(context);
    case CommandName::kAbort:
    case CommandName::kRetry: return RunAbort(context);
    case CommandName::kGet: return RunGet(context);
    case CommandName::kVersion: return RunVersion(context);
    case CommandName::kRollingUpdate: return RunRollingUpdate(context);
    case CommandName::kHelp: break;
  }
  context.console.out(context.line.help);
  return ExitCode::kDone;
}

}  // namespace windlass::cli
