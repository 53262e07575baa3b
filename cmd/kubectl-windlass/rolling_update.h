// rolling-update: turns a command line into a ReplicationControllerUpdate, and carries the update
// out in one of two ways: by Windlass, or in this program (--local). NEW is the name of the new
// controller on the command line.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/command_line.h"
#include "cmd/kubectl-windlass/commands.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// --- the command line (rolling_update_command.cc) ---

// Returns what is wrong with the flags and arguments together, in kubectl 1.17's words and order
// (RC-2). Only the error for more than two names does not come from kubectl.
std::vector<std::string> ArgumentErrors(const CommandLine& line);

// Returns the ReplicationControllerUpdate that the command line asks for, with apiVersion, kind,
// metadata and spec. `controller` is the manifest of -f, or null. Returns kConfig in these cases:
//   - the namespace of the manifest is not `namespace_` (RC-3)
//   - the name in the manifest is not NEW
//   - the new controller has the name of the old one (RC-4)
Result<Json> UpdateOf(const CommandLine& line, const std::string& namespace_,
                      const Json& controller);

// --- checks before the first write (rolling_update_checks.cc, rolling_update_plan.cc) ---

// On an error, prints the error and returns the exit code; otherwise returns nullopt. Errors:
//   - the old controller does not exist, and the new controller was not made to replace it
//   - the old controller cannot be read. (A user without the right to read it gets no error.)
//   - with -f, unless a rename has begun: no label key has different values in the selectors of the
//     file and of the old controller (RC-4). Accepted: "app=web,version=1" and "app=web,version=2"
std::optional<ExitCode> CheckControllers(const CommandContext& context, const Json& update);

// Has the API server check the manifest of -f. Refuses a field that ReplicationControllers do not
// have, or a value of another type, as kubectl does (RC-3). Leaves all other refusals, and a
// missing right to create a controller, to the planner. On a refusal, prints the error and returns
// the exit code; otherwise returns nullopt.
std::optional<ExitCode> RefuseManifest(const CommandContext& context, const Json& controller);

// How an update is planned:
//   - kPresent: from the present state
//   - kTakenBack: as if the stored update, which has failed, had been taken back
//   - kUnderWay: from the present state, in the middle of the update; PrintPlan refuses nothing
enum class PlanFrom : uint8_t { kPresent, kTakenBack, kUnderWay };

// Plans the update in this program up to the first write (rolling_update_plan.cc), and writes
// nothing. Refuses an update that Windlass would refuse or pause before changing anything, and a
// rollback that comes too late. On a refusal, prints the error and returns the exit code; otherwise
// returns nullopt. If a read that the plan needs fails: returns nullopt, and Windlass decides.
std::optional<ExitCode> RefuseByPlan(const CommandContext& context, const Json& update,
                                     PlanFrom from);

// For --dry-run=client: prints, as kubectl did, which controller would be replaced by which one, or
// why the update would be refused.
ExitCode PrintPlan(const CommandContext& context, const Json& update, PlanFrom from);

// Refuses --local while Windlass carries out an update of the same old controller, or has stopped
// it half-way. Windlass and this program would each take the other's scalings for scalings by a
// third client. On a refusal, prints the error and returns the exit code; otherwise returns
// nullopt.
// If the user may not read updates: returns nullopt, with a warning if an update has begun.
std::optional<ExitCode> RefuseBesideWindlass(const CommandContext& context, const Json& update);

// Refuses an update without --rollback if the two controllers show that another program has begun
// something else:
//   - a rollback
//   - an update with other images: the images of NEW are not those of the file
//   - an update with another cleanup (annotation kCleanup of NEW), if --cleanup is not given and no
//     rename has begun
// kubectl does not set kCleanup. If kubectl has begun the update by image, the name NEW shows the
// cleanup. If kubectl has begun the update by file, the cleanup is not checked.
// On a refusal, prints the error and returns the exit code; otherwise returns nullopt.
std::optional<ExitCode> RefuseBesideOtherProgram(const CommandContext& context, const Json& update);

// Warns if this command continues an update or rollback that another program has begun, because
// that program may still run. The annotations of the old controller show what has begun, even if
// the other program runs with --local. Does not warn if this command begins a rollback: the other
// program then stops by itself.
void WarnAboutOtherProgram(const CommandContext& context, const Json& update);

// Returns true if the command asks for a new controller with another name or other content than
// `stored` does. For a rollback, compares only the name of the new controller, and only if the
// command gives that name.
// If the update has failed because its new controller is not what its spec asks for (OtherImage,
// OtherContent), compares with what is under way. Example: web is updated to image web:2, and a
// user changes spec.image to web:3. The result is false for web:2 and true for web:3.
bool AsksForOther(const CommandContext& context, const Json& update, const Json& stored);

// Keeps a command from overwriting `stored`. If `stored` were overwritten, the command that began
// it would fail half-way. Refuses nothing if `stored` is done or was refused. Otherwise refuses a
// command that:
//   - asks for another update than `stored`
//   - gives another --deployment-label-key
//   - has no --rollback, while `stored` is being rolled back
// On a refusal, prints the error and returns the exit code; otherwise returns nullopt. The error
// names the stored update, and the commands to choose from.
std::optional<ExitCode> RefuseOtherUpdate(const CommandContext& context, const Json& update,
                                          const Json& stored);

// --- the update in the cluster ---

Place PlaceOfUpdate(const CommandContext& context, const Json& update);

// Where a stored update stands.
enum class UpdateState : uint8_t {
  kUnderWay,  // also if Windlass has not looked at it yet
  kWaiting,   // has changed nothing, and waits for a controller that does not exist
  kRefused,   // refused before it changed anything
  kFailed,    // failed on the way, not by a timeout; Windlass goes on when the cause is gone
  kEnded,     // failed on the way, for example timed out; nothing happens until the spec changes
  kDone,      // succeeded, or rolled back
};
UpdateState StateOf(const CommandContext& context, const Json& stored);
// Returns true if Windlass does nothing more for the stored update until its spec changes.
bool HasEnded(const CommandContext& context, const Json& stored);

// If the error is that the cluster does not serve updates, adds that --local works without them.
Error OrLocally(Error error);

// Returns the spec that the command writes over that of `stored`:
//   - if `stored` is done or was refused: the spec of `update`
//   - otherwise: the spec of `stored`, with the values that this command gives, with `rollback` of
//     this command, and with `paused` false. All other values stay as they are in `stored`
Json SpecOver(const CommandContext& context, const Json& update, const Json& stored);

// What is known before anything is written.
struct Look {
  std::optional<Json> stored{};     // nullopt: there is no update, or it could not be read
  Status read = Unit{};             // the error if the stored update could not be read
  Json planned;                     // the update that would be written; RefuseByPlan plans it
  bool goes_on_with_other = false;  // true: the caller calls WarnAboutOtherProgram
  std::optional<ExitCode> refused{};
};

// Refuses a command without --no-wait if the user may not list updates. Windlass would carry the
// update out, but the command would fail because it could not follow the update. On a refusal,
// prints the error and returns the exit code; otherwise returns nullopt.
std::optional<ExitCode> RefuseUnfollowed(const CommandContext& context, const Json& update);

// Reads the stored update, and refuses a command that Windlass would refuse later. So this program
// writes nothing for such a command (rolling_update_look.cc).
Look LookBeforeWriting(const CommandContext& context, const Json& update);

// Refuses an update if another update has the same spec.newName, and is neither done nor refused. A
// failed update counts, too. On a refusal, prints the error and returns the exit code; otherwise
// returns nullopt.
std::optional<ExitCode> RefuseSharedNew(const CommandContext& context, const Json& update);

// Deletes the update, unless it has changed since `stored` was read. If `dry` is true, only asks
// the API server whether the deletion is possible.
Status RemoveUpdate(const CommandContext& context, const Json& stored, bool dry = false);

// What there was before a command wrote an update.
struct Before {
  bool missing = false;  // there was no update: the command created it
  int64_t printed = 0;   // lines of the status before the write, which are not printed again
  bool is_last = true;   // false: another update follows, and -o prints only the last update
};

// Prints the lines of the status after the first `printed` ones; with -o, to standard error,
// because standard output is for the object. Returns status.lineCount, which also counts lines that
// the status no longer has.
int64_t PrintLines(const CommandContext& context, const Json& update, int64_t printed);

// Returns what the update waits for, if this wait has no timeout. Example: the update waits until a
// controller that is being deleted is gone. Returns "" if the update waits for nothing, or for Pods
// to become available.
std::string UntimedWaitOf(const Json& update);

// Prints each new line of the update's status as soon as the line appears
// (rolling_update_follow.cc). Skips the first `before.printed` lines, which were there before the
// write.
// `update` is the object as it was written. Returns when one of these happens:
//   - the update ends, fails or is paused. A failure counts even if Windlass continues as soon as
//     the cause is gone
//   - the update is deleted
//   - the user presses Ctrl-C, --timeout passes, or an error occurs
// With -o, prints the object at the end if `before.is_last` is true. Deletes the update if this
// command created it, and it failed without having changed anything.
ExitCode FollowUpdate(const CommandContext& context, const Json& update, const Before& before);

// Returns true if the update was refused before its first scaling, because a controller does not
// fit the update: it has another image or other content, or annotations of another update. Usually
// another update is under way; but perhaps a webhook has changed the image.
bool IsRefusedForOther(const Json& update);

// Prints why an update has succeeded although a rollback was asked for. Returns the exit code.
ExitCode FailRollback(const CommandContext& context, const Json& update);

// --- the two ways to carry an update out ---

// Runs the update in this program (--local). Windlass need not run. With --dry-run=client, prints
// what the program would do.
ExitCode RunLocally(const CommandContext& context, const Json& update);

// Has Windlass carry the update out: writes the update, and follows it (FollowUpdate) unless
// --no-wait is given. Ctrl-C ends this program, not the update. With --dry-run, changes nothing;
// with --dry-run=client, prints what Windlass would do.
ExitCode RunInServer(const CommandContext& context, const Json& update);

}  // namespace windlass::cli
