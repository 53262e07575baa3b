// Runs the command that a command line names.
#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/selected_objects.h"

namespace windlass::cli {
namespace {

// Acts on the objects that the command line names, one after another.
ExitCode ActOnObjects(const CommandContext& context) {
  const Result<Selected> selected = SelectObjects(context);
  if (!selected.ok()) return NoObject(context, selected.error());
  const Session& session = context.session;
  ExitCode first = ExitCode::kDone;
  for (const Error& missing : selected->missing) first = Report(session, context.console, missing);
  if (context.line.command == CommandName::kStatus && selected->places.size() > 1) {
    for (const Place& place : selected->places) {
      const Result<Json> object = ReadObject(context.session, place);
      if (object.ok()) context.done->first[InCommand(place)] = object->dump();
    }
  }
  for (const Place& place : selected->places) {
    if (session.interrupted() || session.timed_out()) {
      const Error ended{ErrorKind::kCancelled,
                        std::string(session.interrupted() ? "interrupted" : "timed out") +
                            " before this command began with " +
                            ShortName(place.resource, place.name) +
                            ", so that object was not touched"};
      const ExitCode code = Report(session, context.console, ended);
      return first == ExitCode::kDone ? code : first;
    }
    const ExitCode code = ActOf(place.resource, context.line.command)(context, place);
    if (first == ExitCode::kDone) first = code;
  }
  return first;
}

}  // namespace

ExitCode RunCommand(const CommandContext& context) {
  switch (context.line.command) {
    case CommandName::kGet: return RunGet(context);
    case CommandName::kVersion: return RunVersion(context);
    case CommandName::kRollingUpdate: return RunRollingUpdate(context);
    case CommandName::kCompletion: return RunCompletion(context.console, context.line);
    case CommandName::kHelp: break;
    default: return ActOnObjects(context);
  }
  context.console.out(context.line.help);
  return ExitCode::kDone;
}

}  // namespace windlass::cli
