// The commands. Each command writes to the console and returns the exit code. The file of a command
// is named after the command. Exceptions: resume and restart are in pause_command.cc, retry is in
// abort_command.cc. docs/kubectl-windlass.md says what the commands do.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "cmd/kubectl-windlass/command_line.h"
#include "cmd/kubectl-windlass/console.h"
#include "cmd/kubectl-windlass/exit_code.h"
#include "cmd/kubectl-windlass/kind.h"
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
  // What the command has done so far, for all objects that it names.
  struct Done {
    // The uids of the updates that the command has handled. Two controllers share one update, and
    // the command handles it once, even if it names both.
    std::set<std::string> steered;
    // For `status` of several objects, one after another: each object in JSON as it was when the
    // command began. The key is InCommand's text for the object: "deployment/web -n shop".
    // WatchStatus compares the object with this JSON, because the object may change while the
    // command still waits for another one. An update of a ReplicationController is not in the map.
    std::map<std::string, std::string> first;
    // OverdueText of the last ReadWorkload, which has warned of it; "" if it did not warn.
    // WatchStatus does not print the same warning again.
    std::string told;
    bool printed = false;  // PrintOutput has printed an object
  };
  std::shared_ptr<Done> done = std::make_shared<Done>();
};

// --- commands about objects: each call is for one object ---
// kinds.cc says which kind has which command.

ExitCode ShowWorkload(const CommandContext& context, const Place& place);  // get
ExitCode ShowController(const CommandContext& context, const Place& place);
ExitCode StatusOfWorkload(const CommandContext& context, const Place& place);
ExitCode HistoryOfWorkload(const CommandContext& context, const Place& place);
ExitCode UndoDeployment(const CommandContext& context, const Place& place);
ExitCode UndoRollout(const CommandContext& context, const Place& place);
ExitCode PauseWorkload(const CommandContext& context, const Place& place);
ExitCode ResumeWorkload(const CommandContext& context, const Place& place);
ExitCode RestartWorkload(const CommandContext& context, const Place& place);
ExitCode PromoteRollout(const CommandContext& context, const Place& place);
ExitCode AbortRollout(const CommandContext& context, const Place& place);
ExitCode RetryRollout(const CommandContext& context, const Place& place);

// Commands for a ReplicationController. They show, follow and steer its rolling update
// (controller_commands.cc).
ExitCode StatusOfController(const CommandContext& context, const Place& place);
ExitCode HistoryOfController(const CommandContext& context, const Place& place);
ExitCode UndoController(const CommandContext& context, const Place& place);
ExitCode PauseController(const CommandContext& context, const Place& place);
ExitCode ResumeController(const CommandContext& context, const Place& place);
ExitCode AbortController(const CommandContext& context, const Place& place);

// --- commands with arguments of their own ---

ExitCode RunGet(const CommandContext& context);
ExitCode RunVersion(const CommandContext& context);
// Needs no cluster.
ExitCode RunCompletion(const Console& console, const CommandLine& line);
ExitCode RunRollingUpdate(const CommandContext& context);

// Runs the command that `context.line` names. If a command about several objects fails for one
// object, it goes on with the next. Exception: after Ctrl-C, or when --timeout has passed, it
// leaves the next objects alone. It returns the first exit code that is not kDone.
ExitCode RunCommand(const CommandContext& context);

// --- what the commands share ---

// Prints where the object at `place` stands, and prints it again whenever it changes. Ends when the
// rollout ends or is held, or when --timeout has passed; with --watch=false, after the first look
// (status_command.cc). `object` is the object as it was read. `maker` is the ReplicationController
// that makes the Pods. It is null in two cases:
//   - ReplicaSets make the Pods
//   - the new controller of an update does not exist yet. As soon as it has replicas, WatchStatus
//     returns nullopt: call WatchStatus again with the new controller as `maker`
std::optional<ExitCode> WatchStatus(const CommandContext& context, const Place& place,
                                    const Json& object, Standing (*standing)(const Json& object),
                                    const Json& maker);

// Prints what a command has done to an object: kubectl's line "deployment.apps/web paused" or, with
// -o, the object.
void PrintDone(const CommandContext& context, const Place& place, const Json& object,
               const std::string& what);

// Prints `text`, an object or a list in the format of -o. Several YAML documents are separated by
// "---".
void PrintOutput(const CommandContext& context, const std::string& text);

// Patches an object that the command has read: a Deployment with kubectl's strategic merge patch,
// any other object with a merge patch. With --dry-run nothing is stored. Returns the patched
// object.
Result<Json> Patch(const CommandContext& context, const Place& place, const Json& object,
                   const Json& patch);

// How many times at most a command reads and writes an object that other clients keep changing.
inline constexpr int kWritesMax = 5;

// Prints why a command leaves the object as it is, and returns `code`. In the message, `why`
// follows the object's name: "is already paused".
ExitCode Refuse(const CommandContext& context, const Place& place, const std::string& why,
                ExitCode code = ExitCode::kError);

// Prints the error of SelectObjects. Returns kUsage for a wrong command line, such as one without
// an object; else the code of Report, for example if -l matches no object. (A name that does not
// exist is not an error of SelectObjects.)
ExitCode NoObject(const CommandContext& context, const Error& error);

// Prints a usage error, and returns kUsage.
ExitCode Usage(const CommandContext& context, const std::string& text);

}  // namespace windlass::cli
