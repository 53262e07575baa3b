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

// Refuses a manifest of -f with a field that ReplicationControllers do not have, or with a value of
// another type, as kubectl does (RC-3): the API server is asked. What else it refuses, and whether
// the user may create one, is left to the planner. Returns the exit code when it has written the
// error, else nullopt.
std::optional<ExitCode> RefuseManifest(const CommandContext& context, const Json& controller);

// What an update is planned from: the state that there is, or that after the update under way has
// been taken back.
// Of one that is under way the plan says nothing of refusals.
enum class PlanFrom : uint8_t { kPresent, kTakenBack, kUnderWay };

// Refuses an update that Windlass would refuse before it changes anything, so that nothing is
// written for it: plans it in this program up to the first write (rolling_update_plan.cc). Returns
// the exit code when it has written the error, else nullopt. What cannot be read here is left to
// Windlass.
std::optional<ExitCode> RefuseByPlan(const CommandContext& context, const Json& update,
                                     PlanFrom from);

// Prints, as kubectl did, what would be replaced by what; or the refusal (--dry-run=client).
ExitCode PrintPlan(const CommandContext& context, const Json& update, PlanFrom from);

// Refuses --local while Windlass carries out an update of the same old controller: each would see
// the other's scalings as somebody else's. Returns the exit code when it has written an error, else
// nullopt. A user who may not read such updates goes on.
std::optional<ExitCode> RefuseBesideWindlass(const CommandContext& context, const Json& update);

// Refuses the way forward beside what another program has begun, as the two controllers say: while
// it takes an update back; or an update that differs from the begun one, by a file with other
// images than NEW has, or by another end than NEW notes (kCleanup), unless --cleanup is given.
// Returns the exit code when it has written the error, else nullopt.
std::optional<ExitCode> RefuseBesideOtherProgram(const CommandContext& context, const Json& update);

// Warns if another program has begun the update, or the rollback, that this command goes on with,
// and may run still: of --local only what it has noted is known. One that goes forward stops itself
// when it is rolled back.
void WarnAboutOtherProgram(const CommandContext& context, const Json& update);

// Returns true if the command asks for another new controller than `stored`, or for another content
// of it; of a rollback, if it names another one.
bool AsksForOther(const CommandContext& context, const Json& update, const Json& stored);

// Refuses a command that asks for something else than the update `stored`, which is under way, or
// for its way forward while it is rolled back: the first command would fail half-way. Names what is
// under way, and the commands to choose from. Returns the exit code when it has written an error,
// else nullopt.
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

// Names the way around if the cluster does not serve updates.
Error OrLocally(Error error);

// Returns the spec that the command writes over `stored`. One that has ended is replaced. Of one
// that has not, everything stays that no flag of this command names: it may have been begun by
// another command, whose update goes on, or back.
Json SpecOver(const CommandContext& context, const Json& update, const Json& stored);

// What is known before anything is written.
struct Look {
  std::optional<Json> stored{};     // nullopt: there is no update
  Status read = Unit{};             // of the stored update
  Json planned;                     // the update as it would be written, for its plan
  bool goes_on_with_other = false;  // what an update has noted is not of the stored one
  std::optional<ExitCode> refused{};
};

// Refuses a command that waits, of a user who may not list the updates, which it follows: it would
// end with an error, and the update would come. Returns the exit code when it has written the
// error, else nullopt.
std::optional<ExitCode> RefuseUnfollowed(const CommandContext& context, const Json& update);

// Reads the update that is stored, and refuses what would be refused later: then nothing is written
// (rolling_update_look.cc).
Look LookBeforeWriting(const CommandContext& context, const Json& update);

// Refuses an update to a NEW that another update under way has.
std::optional<ExitCode> RefuseSharedNew(const CommandContext& context, const Json& update);

// Deletes the update, if nobody has changed it since `stored` was read. `dry`: asks whether it may.
Status RemoveUpdate(const CommandContext& context, const Json& stored, bool dry = false);

// What there was before a command wrote an update.
struct Before {
  bool missing = false;  // the command created it
  int64_t printed = 0;   // lines of an earlier run
  bool is_last = true;   // -o prints the object at the end
};

// Prints the lines of the status behind number `printed`. Returns how many there have been. With
// -o, standard output is for the object: the lines go to standard error.
int64_t PrintLines(const CommandContext& context, const Json& update, int64_t printed);

// Returns what the update waits for without a timeout, which it does while it prepares or cleans up
// and while one of its controllers is being deleted; "" if it waits for nothing or for Pods to
// become available.
std::string UntimedWaitOf(const Json& update);

// Prints the lines of the update behind number `before.printed` as they come, until it ends or is
// paused (rolling_update_follow.cc). `update` is the object as it was written. Of one that was
// refused, and that this command created, removes what was written. With -o, prints the object at
// the end.
ExitCode FollowUpdate(const CommandContext& context, const Json& update, const Before& before);

// Returns true if the update was refused because another one is under way.
bool IsRefusedForOther(const Json& update);

// Writes why a rollback ended with an update that has succeeded. Returns the exit code.
ExitCode FailRollback(const CommandContext& context, const Json& update);

// --- the two ways ---

// Carries the update out in this program (--local): the planner of Windlass, and nothing else. With
// --dry-run=client, says what it would do.
ExitCode RunLocally(const CommandContext& context, const Json& update);

// Has Windlass carry it out: writes the update, and prints its lines until it ends. Ctrl-C ends
// only this program. With --dry-run=client, says what Windlass would do.
ExitCode RunInServer(const CommandContext& context, const Json& update);

}  // namespace windlass::cli
