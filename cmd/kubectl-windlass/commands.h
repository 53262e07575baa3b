// The commands, as docs/kubectl-windlass.md describes them. Each command writes to the console and
// returns the exit code. The file of a command is named after the command. Exceptions:
//   - resume and restart are in pause_command.cc, and retry is in abort_command.cc
//   - undo of a Rollout is in undo_rollout.cc
//   - commands for a ReplicationController, except get, are in controller_commands.cc
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

// What every command gets as its input.
struct CommandContext {
  Session& session;
  const Console& console;
  const CommandLine& line;
  std::string namespace_;  // from --namespace, else from the kubeconfig's context, else "default"
  // What the command has done so far. All objects of one command share this.
  struct Done {
    // The uids of the ReplicationControllerUpdates that the command has handled. The old and the
    // new ReplicationController have the same update. If a user names both controllers, the command
    // handles their update only once.
    std::set<std::string> steered;
    // If `status` has several objects: the JSON of each when the command began. The key is, for
    // example, "deployment/web -n shop" (InCommand). A later object may change while the command
    // waits for an earlier one, so WatchStatus compares it with this JSON.
    // ReplicationControllerUpdates are not in the map.
    std::map<std::string, std::string> first;
    // The text about a change that no controller has seen (OverdueText); "" if there is none. The
    // last ReadWorkload has printed it as a warning, so WatchStatus does not print it again.
    std::string told;
    bool printed = false;  // PrintOutput has printed an object
  };
  std::shared_ptr<Done> done = std::make_shared<Done>();
};

// --- commands about objects: each call handles one object ---
// The table in kinds.cc says which of these functions a kind of object has.

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

// Commands for the rolling update of a ReplicationController (controller_commands.cc). If no update
// is under way, status waits until the Pods of the ReplicationController are available.
ExitCode StatusOfController(const CommandContext& context, const Place& place);
ExitCode HistoryOfController(const CommandContext& context, const Place& place);
ExitCode UndoController(const CommandContext& context, const Place& place);
ExitCode PauseController(const CommandContext& context, const Place& place);
ExitCode ResumeController(const CommandContext& context, const Place& place);
ExitCode AbortController(const CommandContext& context, const Place& place);

// --- commands that are not called once for each object ---

ExitCode RunGet(const CommandContext& context);
ExitCode RunVersion(const CommandContext& context);
// Needs no cluster.
ExitCode RunCompletion(const Console& console, const CommandLine& line);
ExitCode RunRollingUpdate(const CommandContext& context);

// Runs the command that `context.line` names, and returns its exit code. Most commands handle
// several objects one after another:
//   - If the command fails for one object, it goes on with the next object.
//   - After Ctrl-C, or when --timeout has passed, the command does not begin with another object.
//   - Returns the first exit code that is not kDone; kDone if every object ended with kDone.
ExitCode RunCommand(const CommandContext& context);

// --- what the commands share ---

// Prints how far the rollout of the object at `place` is, and again whenever this changes
// (status_command.cc). `object` is the object as the caller has read it. Returns the exit code:
//   - when the rollout has ended, gave way to a newer one, or waits for a person
//   - when --timeout has passed, the user has pressed Ctrl-C, a request has failed, or the object
//     was deleted
//   - with --watch=false: after the first look
// `maker` is the ReplicationController that creates the Pods. It is null in two cases:
//   - ReplicaSets create the Pods
//   - `object` is an update whose new ReplicationController does not exist yet, or cannot be read.
//     Once status.newReplicas of the update is above 0, WatchStatus returns nullopt. The caller
//     then reads `maker`, and calls WatchStatus again
std::optional<ExitCode> WatchStatus(const CommandContext& context, const Place& place,
                                    const Json& object, Standing (*standing)(const Json& object),
                                    const Json& maker);

// Prints the result of a change. Without -o this is a line like kubectl's, such as
// "deployment.apps/web paused", where `what` is "paused". With -o it is the object.
void PrintDone(const CommandContext& context, const Place& place, const Json& object,
               const std::string& what);

// Prints `text`, which is an object or a list in the format of -o. With -o yaml, prints "---"
// before the second text and each later text.
void PrintOutput(const CommandContext& context, const std::string& text);

// Patches `object`, which the command has read. Sends a strategic merge patch for a Deployment, as
// kubectl does, and a merge patch for any other object. With --dry-run=server, the API server
// stores nothing. With --dry-run=client, sends nothing. Returns the patched object.
Result<Json> Patch(const CommandContext& context, const Place& place, const Json& object,
                   const Json& patch);

// The maximum number of tries of a command. One try is a read and a write of the object. Another
// try follows if another client has changed the object between the read and the write.
inline constexpr int kWritesMax = 5;

// Prints why a command leaves the object as it is, and returns `code`. In the message, `why`
// follows the object's name: "is already paused".
ExitCode Refuse(const CommandContext& context, const Place& place, const std::string& why,
                ExitCode code = ExitCode::kError);

// Prints `error`, which SelectObjects has returned. Returns:
//   - kUsage if the command line is wrong, for example if it names no object
//   - otherwise the exit code of Report, for example if -l matches no object
// (SelectObjects returns no error for a name that does not exist.)
ExitCode NoObject(const CommandContext& context, const Error& error);

// Prints a usage error, and returns kUsage.
ExitCode Usage(const CommandContext& context, const std::string& text);

}  // namespace windlass::cli
