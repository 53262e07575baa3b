// The commands. Each writes to the console and returns the exit code; the file of each command is
// named after it. docs/kubectl-windlass.md says what they do.
#pragma once

#include <string>
#include <vector>

#include "cmd/kubectl-windlass/command_line.h"
#include "cmd/kubectl-windlass/console.h"
#include "cmd/kubectl-windlass/exit_code.h"
#include "cmd/kubectl-windlass/object_argument.h"
#include "cmd/kubectl-windlass/requests.h"
#include "cmd/kubectl-windlass/session.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// What a command works with.
struct CommandContext {
  Session& session;
  const Console& console;
  const CommandLine& line;
  std::string namespace_;  // of --namespace, else of the kubeconfig's context, else "default"
};

ExitCode RunStatus(const CommandContext& context);
ExitCode RunHistory(const CommandContext& context);
ExitCode RunUndo(const CommandContext& context);
ExitCode RunPause(const CommandContext& context);  // pause and resume
ExitCode RunRestart(const CommandContext& context);
ExitCode RunPromote(const CommandContext& context);
ExitCode RunAbort(const CommandContext& context);  // abort and retry
ExitCode RunGet(const CommandContext& context);
ExitCode RunVersion(const CommandContext& context);
ExitCode RunRollingUpdate(const CommandContext& context);

// Runs the command that `context.line` names.
ExitCode RunCommand(const CommandContext& context);

// Calls `act` for each object that the arguments name, and goes on after one that failed. Returns
// the first exit code that is not kDone. The objects are Deployments and Rollouts; anything else,
// and no object, is a usage error. A name without a type is looked up (named_object.h).
using ActOn = ExitCode (*)(const CommandContext& context, const Place& place);
ExitCode ForEachObject(const CommandContext& context, ActOn act);
// The same for a command that takes exactly one object.
ExitCode ForOneObject(const CommandContext& context, ActOn act);

// Writes what a command did to an object: kubectl's line "deployment.apps/web paused", or the
// object as -o says.
void PrintDone(const CommandContext& context, const Place& place, const Json& object,
               const std::string& what);

// Patches an object that the command has read, with a merge patch or, for a Deployment, kubectl's
// strategic one. A Rollout's names the uid: the object that the user named, and not another one
// that got its name since. Prints `what` if that succeeds.
ExitCode Change(const CommandContext& context, const Place& place, const Json& object, Json patch,
                const std::string& what);

// Writes why a command leaves the object as it is, and returns `code`. `why` follows the object:
// "is already paused".
ExitCode Refuse(const CommandContext& context, const Place& place, const std::string& why,
                ExitCode code = ExitCode::kError);

// Writes why the arguments name no object: a usage error, or what FindNamed says.
ExitCode NoObject(const CommandContext& context, const Error& error);

// Writes a usage error.
ExitCode Usage(const CommandContext& context, const std::string& text);

}  // namespace windlass::cli
