// rolling-update: what a command line asks for, as the spec of a ReplicationControllerUpdate, and
// the two ways to carry it out.
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
// (RC-2).
std::vector<std::string> ArgumentErrors(const CommandLine& line);

// Returns the ReplicationControllerUpdate that the command line asks for, with apiVersion, kind,
// metadata and spec. `controller`: the manifest of -f, or null. Returns kConfig if the manifest's
// namespace is another one than `namespace_` (RC-3), if its name is not NEW, or if the new
// controller has the name of the old one (RC-4).
Result<Json> UpdateOf(const CommandLine& line, const std::string& namespace_,
                      const Json& controller);

// --- what holds before anything is written (rolling_update_checks.cc) ---

// Refuses an update whose old controller does not exist, and a file whose selector would not tell
// the two apart (RC-4). Returns the exit code when it has written an error, else nullopt. A user
// who may not read ReplicationControllers goes on.
std::optional<ExitCode> CheckControllers(const CommandContext& context, const Json& update);

// Has the API server check the manifest of -f, and refuses one with a field that
// ReplicationControllers do not have, or with a value of another type, as kubectl does (RC-3).
// Whatever else the API server refuses, and whether the user may create a controller, is left to
// the planner. Returns the exit code when it has written the error, else nullopt.
std::optional<ExitCode> RefuseManifest(const CommandContext& context, const Json& controller);

// What an update is planned from:
//   - kPresent: the state that there is
//   - kTakenBack: the state after the stored update, which has failed, is taken back
//   - kUnderWay: the state that there is, of an update that is under way; PrintPlan then leaves out
//     refusals
enum class PlanFrom : uint8_t { kPresent, kTakenBack, kUnderWay };

// Plans the update in this program up to the first write (rolling_update_plan.cc), and refuses it
// if Windlass would refuse it before changing anything. So nothing is written for such an update.
// Returns the exit code when it has written the error, else nullopt. What cannot be read here is
// left to Windlass.
std::optional<ExitCode> RefuseByPlan(const CommandContext& context, const Json& update,
                                     PlanFrom from);

// Prints, as kubectl did, what would be replaced by what; or the refusal (--dry-run=client).
ExitCode PrintPlan(const CommandContext& context, const Json& update, PlanFrom from);

// Refuses --local while Windlass carries out an update of the same old controller: each would take
// the other's scalings for those of another client. Returns the exit code when it has written an
// error, else nullopt. A user who may not read such updates goes on.
std::optional<ExitCode> RefuseBesideWindlass(const CommandContext& context, const Json& update);

// Refuses an update that goes forward if the two controllers say that another program has begun one
// of these:
//   - a rollback
//   - an update with other images: NEW does not have those of the file
//   - an update with another end: NEW notes another one (kCleanup), and --cleanup is not given
// Returns the exit code when it has written the error, else nullopt.
std::optional<ExitCode> RefuseBesideOtherProgram(const CommandContext& context, const Json& update);

// Warns if another program has begun the update, or the rollback, that this command goes on with.
// That program may still run: if it has --local, only its notes are known. If it goes forward, it
// stops when its update is rolled back.
void WarnAboutOtherProgram(const CommandContext& context, const Json& update);

// Returns true if the command asks for another new controller than `stored`, or for another content
// of it. A rollback does so only if it names another new controller.
bool AsksForOther(const CommandContext& context, const Json& update, const Json& stored);

// Refuses a command that asks for something else than the update `stored`, which is under way, or
// that goes forward while `stored` is rolled back. Otherwise the first command would fail half-way.
// Names what is under way, and the commands to choose from. Returns the exit code when it has
// written an error, else nullopt.
std::optional<ExitCode> RefuseOtherUpdate(const CommandContext& context, const Json& update,
                                          const Json& stored);

// --- the update in the cluster ---

Place PlaceOfUpdate(const CommandContext& context, const Json& update);

// Where a stored update stands.
enum class UpdateState : uint8_t {
  kUnderWay,  // also if Windlass has not looked at it yet
  kWaiting,   // for a controller that does not exist; it has changed nothing
  kRefused,   // before it changed anything
  kFailed,    // on the way; Windlass goes on when the cause is gone
  kEnded,     // on the way, and nothing happens until the spec changes
  kDone,      // succeeded, or rolled back
};
UpdateState StateOf(const CommandContext& context, const Json& stored);
// Returns true if Windlass does nothing more for the stored update until its spec changes.
bool HasEnded(const CommandContext& context, const Json& stored);

// If the cluster does not serve updates, adds to the error that --local does without.
Error OrLocally(Error error);

// Returns the spec that the command writes over `stored`. The spec of an update that is done or was
// refused is replaced. Of any other spec, everything stays that no flag of this command names:
// another command may have begun the update, which now goes on, or back.
Json SpecOver(const CommandContext& context, const Json& update, const Json& stored);

// What is known before anything is written.
struct Look {
  std::optional<Json> stored{};     // nullopt: there is no update
  Status read = Unit{};             // of the stored update
  Json planned;                     // the update as it would be written, for its plan
  bool goes_on_with_other = false;  // notes on controllers are not of the stored update
  std::optional<ExitCode> refused{};
};

// Refuses a command that waits if the user may not list the updates. Such a command could not
// follow the update: it would end with an error, and the update would be carried out. Returns the
// exit code when it has written the error, else nullopt.
std::optional<ExitCode> RefuseUnfollowed(const CommandContext& context, const Json& update);

// Reads the stored update, and refuses what would be refused later, so that nothing is written
// (rolling_update_look.cc).
Look LookBeforeWriting(const CommandContext& context, const Json& update);

// Refuses an update whose NEW is that of another update under way.
std::optional<ExitCode> RefuseSharedNew(const CommandContext& context, const Json& update);

// Deletes the update, unless it has changed since `stored` was read. `dry`: only asks the API
// server whether that is possible.
Status RemoveUpdate(const CommandContext& context, const Json& stored, bool dry = false);

// What there was before a command wrote an update.
struct Before {
  bool missing = false;  // the command created it
  int64_t printed = 0;   // lines of an earlier run
  bool is_last = true;   // -o prints the object at the end
};

// Prints the lines of the status after the first `printed` ones. Returns how many lines there have
// been. With -o, standard output is for the object: the lines go to standard error.
int64_t PrintLines(const CommandContext& context, const Json& update, int64_t printed);

// Returns what the update waits for without a timeout; "" if it waits for nothing, or for Pods to
// become available. An update waits without a timeout while it prepares or cleans up, and while one
// of its controllers is being deleted.
std::string UntimedWaitOf(const Json& update);

// Prints the lines of the update after the first `before.printed` ones as they come, until it ends
// or is paused (rolling_update_follow.cc). `update` is the object as it was written. Removes an
// update that was refused if this command created it. With -o, prints the object at the end.
ExitCode FollowUpdate(const CommandContext& context, const Json& update, const Before& before);

// Returns true if the update was refused because another one is under way.
bool IsRefusedForOther(const Json& update);

// Writes why a rollback ended with an update that has succeeded. Returns the exit code.
ExitCode FailRollback(const CommandContext& context, const Json& update);

// --- the two ways ---

// Carries the update out in this program (--local), with nothing of Windlass but its planner. With
// --dry-run=client, says what it would do.
ExitCode RunLocally(const CommandContext& context, const Json& update);

// Has Windlass carry it out: writes the update, and prints its lines until it ends. Ctrl-C ends
// only this program. With --dry-run=client, says what Windlass would do.
ExitCode RunInServer(const CommandContext& context, const Json& update);

}  // namespace windlass::cli
