// The commands. Each writes to the console and returns the exit code; the file of each command is
// named after it. docs/kubectl-windlass.md says what they do.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

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
  // What the command has done for the objects before the present one.
  struct Done {
    std::set<std::string> steered;  // uids of updates; two objects may share one
    // If the command waits for several objects: each as it was when the command began, in JSON, by
    // InCommand. The others may change while the command waits for one.
    std::map<std::string, std::string> first;
    std::string told;      // the last warning of ReadWorkload; "" if there was none
    bool printed = false;  // with -o
  };
  std::shared_ptr<Done> done = std::make_shared<Done>();
};

// --- commands about objects, for one of them ---
// kinds.cc says which kind has which.

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

// For a ReplicationController: they show, follow and steer its rolling update
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

// Runs the command that `context.line` names. A command about several objects goes on after one
// object has failed, and returns the first exit code that is not kDone.
ExitCode RunCommand(const CommandContext& context);

// --- what they share ---

// Prints where an object stands whenever that changes, until its rollout ends or is held, or
// --timeout has passed (status_command.cc). `object`: as it was read. `maker`: the
// ReplicationController that makes its Pods; null if ReplicaSets make them, or if an update has not
// made its new controller yet. Returns nullopt when that new controller exists: call this again
// with it as `maker`.
std::optional<ExitCode> WatchStatus(const CommandContext& context, const Place& place,
                                    const Json& object, Standing (*standing)(const Json& object),
                                    const Json& maker);

// Writes what a command did to an object: kubectl's line "deployment.apps/web paused", or the
// object as -o says.
void PrintDone(const CommandContext& context, const Place& place, const Json& object,
               const std::string& what);

// Writes an object, or a list, as -o says. Several YAML documents are separated by "---".
void PrintOutput(const CommandContext& context, const std::string& text);

// Patches an object that the command has read: a Deployment with kubectl's strategic merge patch,
// any other with a merge patch. With --dry-run nothing is stored. Returns the object as it is after
// the patch.
Result<Json> Patch(const CommandContext& context, const Place& place, const Json& object,
                   const Json& patch);

// How many times a command reads and writes an object that other clients keep changing, the first
// time included.
inline constexpr int kWritesMax = 5;

// Writes why a command leaves the object as it is, and returns `code`. `why` follows the object:
// "is already paused".
ExitCode Refuse(const CommandContext& context, const Place& place, const std::string& why,
                ExitCode code = ExitCode::kError);

// Writes why SelectObjects has found no object.
ExitCode NoObject(const CommandContext& context, const Error& error);

// Writes a usage error.
ExitCode Usage(const CommandContext& context, const std::string& text);

}  // namespace windlass::cli
